#include "run/manifest.h"

#include <algorithm>

#include "pipeline/data/files.h"
#include "pipeline/data/new_file.h"
#include "run/machine.h"

namespace pipeline {

namespace {

/// `growing`: prefixes of names that are left out.
Value hash_outputs(const std::filesystem::path& folder, const std::vector<std::string>& growing) {
  Value outputs{Value::Map{}};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = std::filesystem::relative(entry.path(), folder).string();
    const bool grows = is_unfinished(name) || name == "manifest.json" ||
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
    const bool whole = manifest.content_.find("fields") && manifest.content_.find("output_hash") && manifest.content_.find("summary");
    return whole ? std::optional(std::move(manifest)) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;  // a damaged manifest: as if the stage had not run
  }
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
