#include "pipeline/search/study_file.h"

#include "data/json_parts.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"

namespace pipeline {

std::optional<BestTrial> read_best_trial(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / study_file_name;
  const Value study = read_json(file);
  try {
    const Value& best = study.at("best");
    if (best.is_null()) return std::nullopt;
    return BestTrial{best.at("number").as_int(), best.at("value").as_double(), best.at("values").as_map()};
  } catch (const Error& error) {
    throw data_error(file.string() + " is damaged: " + error.what() + "; " + damage_cure(file));
  }
}

}  // namespace pipeline
