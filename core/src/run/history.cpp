#include "run/history.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "pipeline/data/files.h"
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

}  // namespace

void append_history(const std::filesystem::path& run_folder, const Value& record) {
  const std::filesystem::path file = run_folder / "history.jsonl";
  std::string line = to_json(record) + "\n";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) throw system_failure("cannot write", file.string(), errno);
  const off_t size = ::lseek(descriptor, 0, SEEK_END);
  char last = '\n';
  if (size > 0 && ::pread(descriptor, &last, 1, size - 1) == 1 && last != '\n') line.insert(0, 1, '\n');  // a full disk cut that line off
  const ssize_t written = ::write(descriptor, line.data(), line.size());
  const int reason = errno;
  ::close(descriptor);
  if (written != static_cast<ssize_t>(line.size())) throw system_failure("cannot write", file.string(), written < 0 ? reason : ENOSPC);
}

std::vector<Value> read_history(const std::filesystem::path& run_folder) {
  std::vector<Value> records;
  const std::filesystem::path file = run_folder / "history.jsonl";
  if (!std::filesystem::exists(file)) return records;
  const std::string text = read_text(file);
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    try {
      records.push_back(from_json(std::string_view(text).substr(at, end - at), file.string()));
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
