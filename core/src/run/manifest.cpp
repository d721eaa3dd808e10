#include "run/manifest.h"

#include <algorithm>

#include "pipeline/data/files.h"
#include "run/machine.h"

namespace pipeline {

namespace {

/// Whether another process is writing this file: until a file is complete, its name ends with ".tmp" and a process number.
bool is_being_written(const std::string& name) {
  const std::size_t mark = name.rfind(".tmp");
  return mark != std::string::npos && mark + 4 < name.size() && name.find_first_not_of("0123456789", mark + 4) == std::string::npos;
}

/// `growing`: prefixes of names that are left out.
Value hash_outputs(const std::filesystem::path& folder, const std::vector<std::string>& growing) {
  Value outputs{Value::Map{}};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = std::filesystem::relative(entry.path(), folder).string();
    const bool grows = is_being_written(name) || name == "manifest.json" ||
                       std::ranges::any_of(growing, [&](const std::string& g) { return name.starts_with(g); });
    if (entry.is_regular_file() && !grows) outputs[name] = sha256_file(entry.path());
  }
  return outputs;
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

bool is_table(const Value* value) { return value && value->is_map(); }

bool all_texts(const Value& list_or_table) {
  const auto is_text = [](const Value& value) { return value.is_string(); };
  if (list_or_table.is_list()) return std::ranges::all_of(list_or_table.as_list(), is_text);
  return list_or_table.is_map() && std::ranges::all_of(list_or_table.as_map(), [&](const auto& entry) { return is_text(entry.second); });
}

/// Whether what is asked of a manifest is there, in the right types. Otherwise a disk, a hand or another program changed it.
bool is_whole(const Value& content) {
  const Value *fields = content.find("fields"), *hash = content.find("output_hash"), *kept = content.find("kept_elsewhere"),
              *options = content.find("options"), *files = content.find("files");
  const bool files_known = !files || (files->is_map() && std::ranges::all_of(files->as_map(), [](const auto& entry) {
                                        const Value* sha = entry.second.find("sha256");
                                        return sha && sha->is_string() && entry.second.find("path") && entry.second.find("size") &&
                                               entry.second.find("modified");
                                      }));
  return fields && fields->is_map() && all_texts(*fields) && hash && hash->is_string() && is_table(content.find("summary")) &&
         is_table(content.find("outputs")) && (!kept || (kept->is_list() && all_texts(*kept))) && (!options || options->is_map()) &&
         files_known;
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
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    Manifest manifest(read_json(file));
    return is_whole(manifest.content_) ? std::optional(std::move(manifest)) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;  // as if the stage had not run
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

std::string Manifest::missing_file(const std::filesystem::path& stage_folder) const {
  for (const auto& [name, hash] : content_.at("outputs").as_map()) {
    if (!std::filesystem::exists(stage_folder / name)) return (stage_folder / name).string();
  }
  if (const Value* kept = content_.find("kept_elsewhere")) {
    for (const Value& path : kept->as_list()) {
      if (!std::filesystem::exists(path.as_string())) return path.as_string();
    }
  }
  return {};
}

Value describe_run(const ManifestInput& input, const std::filesystem::path& folder) {
  const ComponentInfo& info = *input.registry.find("stage", input.stage.type);
  Value outputs = hash_outputs(folder, info.growing);
  Value::List kept;
  for (const std::filesystem::path& path : input.context.kept_elsewhere) kept.push_back(path.string());
  const std::string output_hash = sha256(to_json(outputs));
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
                    {"outputs", std::move(outputs)},
                    {"output_hash", output_hash},
                    {"kept_elsewhere", std::move(kept)},
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
