#include "run/manifest.h"

#include <algorithm>

#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/new_file.h"
#include "pipeline/errors.h"
#include "run/machine.h"

namespace pipeline {

namespace {

/// The hashes and sizes of a result's files.
struct FileFacts {
  Value hashes{Value::Map{}}, sizes{Value::Map{}};
  void add(const std::string& name, const std::filesystem::path& file) {
    hashes[name] = sha256_file(file);
    sizes[name] = static_cast<std::int64_t>(std::filesystem::file_size(file));
  }
};

/// `growing`: prefixes of names that are left out.
FileFacts facts_of_outputs(const std::filesystem::path& folder, const std::vector<std::string>& growing) {
  FileFacts outputs;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = std::filesystem::relative(entry.path(), folder).string();
    const bool grows = is_unfinished(name) || name == "manifest.json" ||
                       std::ranges::any_of(growing, [&](const std::string& g) { return name.starts_with(g); });
    if (entry.is_regular_file() && !grows) outputs.add(name, entry.path());
  }
  return outputs;
}

FileFacts facts_of_kept(const std::vector<std::filesystem::path>& files) {
  FileFacts kept;
  for (const std::filesystem::path& file : files) kept.add(file.string(), file);
  return kept;
}

Value spec_value(const ComponentSpec& spec, const TableRule& rule, const Registry& registry) {
  const ComponentInfo* info = registry.find(rule.kind, spec.type);
  Value value = info ? without_secrets(spec.options, info->schema) : spec.options;
  if (rule.has_type()) value["type"] = spec.type;
  return value;
}

Value table_values(const TrainingTables& tables, const Registry& registry) {
  Value all{Value::Map{}};
  for (const TableRule& rule : training_table_rules()) {
    Value::List list;
    for (const ComponentSpec& spec : tables.many(rule.name)) {
      if (!spec.type.empty()) list.push_back(spec_value(spec, rule, registry));
    }
    if (!list.empty()) all[rule.name] = rule.many ? Value(list) : list.front();
  }
  return all;
}

Value build_values(const StagePlan& stage, const Registry& registry) {
  Value builds{Value::Map{}};
  const auto add = [&](const std::string& kind, const std::string& type) {
    if (const ComponentInfo* info = registry.find(kind, type))
      builds[type] = Value::Map{{"plugin", info->plugin}, {"version", info->version}, {"library", info->library}, {"sha256", info->build}};
  };
  add("stage", stage.type);
  for (const TableRule& rule : training_table_rules()) {
    for (const ComponentSpec& spec : stage.tables.many(rule.name)) {
      if (rule.has_type()) add(rule.kind, spec.type);
    }
  }
  return builds;
}

bool is_text(const Value& value) { return value.is_string(); }
bool is_size(const Value& value) { return value.is_int(); }
bool is_hashed_file(const Value& value) { return value.is_map() && value.find("sha256") && value.at("sha256").is_string(); }

/// Whether the content has a table of that name whose values are all like this.
template <class IsLike>
bool has_table_of(const Value& content, const char* name, const IsLike& is_like) {
  const Value* table = content.find(name);
  return table && table->is_map() && std::ranges::all_of(table->as_map(), [&](const auto& entry) { return is_like(entry.second); });
}

/// Whether what is asked of a manifest is there, in the right types. Otherwise a disk, a hand or another program changed it.
bool is_whole(const Value& content) {
  const auto anything = [](const Value&) { return true; };
  const Value* hash = content.find("output_hash");
  return hash && hash->is_string() && has_table_of(content, "fields", is_text) && has_table_of(content, "files", is_hashed_file) &&
         has_table_of(content, "outputs", is_text) && has_table_of(content, "sizes", is_size) &&
         has_table_of(content, "kept_elsewhere", is_text) && has_table_of(content, "kept_sizes", is_size) &&
         has_table_of(content, "summary", anything) && has_table_of(content, "options", anything);
}

/// nullopt for a file that is not there. Error (unexpected) if that cannot be seen: a folder without permission, a lost disk.
std::optional<std::int64_t> size_of(const std::filesystem::path& file) {
  std::error_code failed;
  const std::uintmax_t size = std::filesystem::file_size(file, failed);
  if (!failed) return static_cast<std::int64_t>(size);
  if (failed == std::errc::no_such_file_or_directory || failed == std::errc::not_a_directory) return std::nullopt;
  throw system_failure("cannot read", file.string(), failed.value());
}

Value input_values(const StageContext& context, const StageKey& key) {
  Value::List inputs;
  for (const Artifact& artifact : context.inputs) {
    const auto hash = key.fields.find("input." + artifact.stage);
    inputs.push_back(
        Value::Map{{"kind", artifact.kind}, {"stage", artifact.stage}, {"hash", hash == key.fields.end() ? Value() : Value(hash->second)}});
  }
  return inputs;
}

}  // namespace

std::optional<Manifest> Manifest::read(const std::filesystem::path& stage_folder) {
  const std::filesystem::path file = stage_folder / "manifest.json";
  if (!std::filesystem::is_regular_file(file)) return std::nullopt;
  const std::string text = read_text(file);
  try {
    Manifest manifest(from_json(text, file.string()));
    return is_whole(manifest.content_) ? std::optional(std::move(manifest)) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;  // damaged: as if the stage had not run
  }
}

bool Manifest::is_damaged(const std::filesystem::path& stage_folder) {
  return std::filesystem::exists(stage_folder / "manifest.json") && !read(stage_folder);
}

std::map<std::string, std::string> Manifest::fields() const {
  std::map<std::string, std::string> fields;
  for (const auto& [name, value] : content_.at("fields").as_map()) fields[name] = value.as_string();
  return fields;
}

std::string Manifest::result_hash() const {
  std::string all = content_.at("output_hash").as_string();
  for (const auto& [name, value] : content_.at("fields").as_map()) {
    if (name.starts_with("input.")) all += value.as_string();
  }
  return sha256(all);
}

std::string Manifest::gone(const std::filesystem::path& stage_folder) const {
  for (const char* part : {"sizes", "kept_sizes"}) {
    for (const auto& [name, size] : content_.at(part).as_map()) {
      if (const std::filesystem::path file = stage_folder / name; !size_of(file)) return file.string() + " is gone";
    }
  }
  return {};
}

std::string Manifest::wrong_size(const std::filesystem::path& stage_folder) const {
  if (std::string missing = gone(stage_folder); !missing.empty()) return missing;
  for (const char* part : {"sizes", "kept_sizes"}) {
    for (const auto& [name, size] : content_.at(part).as_map()) {
      const std::filesystem::path file = stage_folder / name;
      const std::int64_t now = size_of(file).value_or(0);
      if (now != size.as_int())
        return file.string() + " has " + format_count(now) + " bytes, not the " + format_count(size.as_int()) + " that were written";
    }
  }
  return {};
}

std::string Manifest::wrong_content(const std::filesystem::path& stage_folder) const {
  for (const char* part : {"outputs", "kept_elsewhere"}) {
    for (const auto& [name, hash] : content_.at(part).as_map()) {
      const std::filesystem::path file = stage_folder / name;
      if (sha256_file(file) != hash.as_string()) return file.string() + " is not what was written: it is damaged, or someone changed it";
    }
  }
  return {};
}

Value describe_run(const ManifestInput& input, const std::filesystem::path& folder) {
  const ComponentInfo& info = *input.registry.find("stage", input.stage.type);
  const FileFacts outputs = facts_of_outputs(folder, info.growing);
  const FileFacts kept = facts_of_kept(input.context.kept_elsewhere);
  Value::Map origins;
  for (const auto& [name, origin] : input.stage.origins) origins[name] = to_string(origin);
  return Value::Map{{"stage", input.stage.name},
                    {"type", input.stage.type},
                    {"status", "complete"},
                    {"finished", utc_now()},
                    {"seconds", input.seconds},
                    {"key", input.key.hash()},
                    {"fields", Value::Map(input.key.fields.begin(), input.key.fields.end())},
                    {"options", without_secrets(input.stage.options, info.schema)},
                    {"tables", table_values(input.stage.tables, input.registry)},
                    {"origins", std::move(origins)},
                    {"inputs", input_values(input.context, input.key)},
                    {"files", input.key.files},
                    {"outputs", outputs.hashes},
                    {"sizes", outputs.sizes},
                    {"output_hash", sha256(to_json(outputs.hashes))},
                    {"kept_elsewhere", kept.hashes},
                    {"kept_sizes", kept.sizes},
                    {"builds", build_values(input.stage, input.registry)},
                    {"summary", input.context.summary},
                    {"workflow", input.settings.workflow_file.string()},
                    {"command_line", input.settings.command_line},
                    {"seed", input.settings.seed},
                    {"threads", input.settings.threads},
                    {"device", input.settings.device},
                    {"matmul_precision", input.settings.matmul_precision},
                    {"cpu", processor_name()},
                    {"host", host_name()},
                    {"libtorch", PIPELINE_HOST_TORCH_VERSION},
                    {"pipeline", PIPELINE_VERSION},
                    {"git_commit", git_commit(input.settings.workflow_file.parent_path())}};
}

}  // namespace pipeline
