#include "ensemble_record.h"

#include "pipeline/data/files.h"
#include "pipeline/errors.h"

namespace pipeline::stage::ensemble {

EnsembleRecord read_record(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / record_file_name;
  const std::string cure = "; run that stage again (--from " + folder.filename().string() + " --force)";
  if (!std::filesystem::exists(file)) throw data_error(file.string() + " is missing" + cure);
  try {
    const Value content = read_json(file);
    EnsembleRecord out{.method = parse_word<Method>("method", content.at("method").as_string())};
    for (const Value& level : content.at("levels").as_list()) out.levels.push_back(level.as_double());
    const Value& checkpoints = content.at("checkpoints");
    for (const auto& [name, weight] : content.at("weights").as_map()) {
      if (weight.as_double() <= 0) continue;
      WeightedMember& member = out.members.emplace_back(WeightedMember{.name = name, .weight = weight.as_double()});
      if (const Value* checkpoint = checkpoints.find(name)) member.checkpoint = checkpoint->as_string();
    }
    if (out.members.empty()) throw data_error("no member has a weight");
    return out;
  } catch (const Error& error) {
    throw data_error(file.string() + " is damaged: " + error.what() + cure);
  }
}

}  // namespace pipeline::stage::ensemble
