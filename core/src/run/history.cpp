#include "run/history.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "base/durable.h"
#include "base/file_descriptor.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "run/stage_key.h"

namespace pipeline {

namespace {

void add_given(Value& out, const std::string& prefix, const Value& options, const Schema& schema) {
  const Value shown = without_secrets(options, schema);
  for (const auto& [name, value] : shown.as_map()) {
    const OptionInfo* info = schema.find(name);
    if (info && value != info->default_value) out[prefix + name] = value;
  }
}

/// Adds the options of one of a stage's tables: "optimizer.lr" as in the workflow, an entry of a list by its type alone
/// ("EarlyStopping.patience"), or as --set names it if the list has several of that type ("callbacks.1.patience").
void add_table(Value& out, const std::string& stage, const TableRule& rule, const std::vector<ComponentSpec>& specs,
               const Registry& registry) {
  std::vector<std::string> types;
  for (const ComponentSpec& spec : specs) types.push_back(spec.type);
  const std::vector<std::string> names = entry_names(types);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const ComponentInfo* info = registry.find(rule.kind, specs[i].type);
    if (!info) continue;
    const std::string entry = !rule.many ? rule.name : names[i] == specs[i].type ? names[i] : rule.name + "." + names[i];
    if (rule.has_type()) out[stage + entry + ".type"] = specs[i].type;
    add_given(out, stage + entry + ".", specs[i].options, info->schema);
  }
}

bool is_table(const Value* value) { return value && value->is_map(); }

/// Whether it has what every run writes, in the right types.
bool is_record(const Value& value) {
  const Value *when = value.find("when"), *status = value.find("status"), *seconds = value.find("seconds"), *stages = value.find("stages");
  return when && when->is_string() && status && status->is_string() && seconds && seconds->is_number() && is_table(value.find("options")) &&
         is_table(stages) && std::ranges::all_of(stages->as_map(), [](const auto& stage) {
           const Value* ran = stage.second.find("ran");
           return is_table(stage.second.find("summary")) && ran && ran->is_bool();
         });
}

}  // namespace

void append_history(const std::filesystem::path& run_folder, const Value& record) {
  const std::filesystem::path file = run_folder / "history.jsonl";
  std::string line = to_json(record) + "\n";
  const FileDescriptor descriptor = open_own_file(file, O_RDWR | O_CREAT | O_APPEND);
  const off_t size = ::lseek(descriptor.get(), 0, SEEK_END);
  char last = '\n';
  if (size > 0 && ::pread(descriptor.get(), &last, 1, size - 1) == 1 && last != '\n')
    line.insert(0, 1, '\n');  // a full disk cut that line off
  if (const int error = write_all(descriptor.get(), line); error != 0) throw system_failure("cannot write", file.string(), error);
  if (::fsync(descriptor.get()) != 0) throw system_failure("cannot write", file.string(), errno);
  if (size == 0) sync_folder(run_folder);
}

std::vector<Value> read_history(const std::filesystem::path& run_folder) {
  std::vector<Value> records;
  const std::filesystem::path file = run_folder / "history.jsonl";
  if (!std::filesystem::exists(file)) return records;
  const std::string text = read_text(file);
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    try {
      Value record = from_json(std::string_view(text).substr(at, end - at), file.string());
      if (is_record(record)) records.push_back(std::move(record));
    } catch (const Error&) {
      continue;  // half a line from a run that was killed, closed by the next run's newline
    }
  }
  return records;
}

Value given_options(const Workflow& workflow, const Registry& registry) {
  const RunSettings& settings = workflow.settings;
  Value out(Value::Map{{"seed", settings.seed},
                       {"split", settings.split},
                       {"season_length", settings.season_length},
                       {"device", settings.device},
                       {"threads", settings.threads},
                       {"matmul_precision", settings.matmul_precision}});
  for (const StagePlan& stage : workflow.stages) {
    const std::string prefix = stage.name + ".";
    if (const ComponentInfo* info = registry.find("stage", stage.type)) add_given(out, prefix, stage.options, info->schema);
    for (const TableRule& rule : training_table_rules()) {
      if (rule.in_key) add_table(out, prefix, rule, stage.tables.many(rule.name), registry);
    }
  }
  return out;
}

}  // namespace pipeline
