#include <algorithm>
#include <functional>
#include <set>

#include "config/environment.h"
#include "config/tables.h"
#include "config/workflow.h"

namespace pipeline {

namespace {

/// The value as it is written: without unset values and secrets, and with `${` escaped, so that reading does not expand it.
Value clean(const Value& value, const std::set<std::string>& secrets) {
  if (value.is_string()) return escape_environment(value.as_string());
  if (value.is_list()) {
    Value::List out;
    for (const Value& item : value.as_list()) {
      if (!item.is_null() && !(item.is_string() && secrets.contains(item.as_string()))) out.push_back(clean(item, secrets));
    }
    return out;
  }
  if (value.is_map()) {
    Value::Map out;
    for (const auto& [name, item] : value.as_map()) {
      if (!item.is_null() && !(item.is_string() && secrets.contains(item.as_string()))) out[name] = clean(item, secrets);
    }
    return out;
  }
  return value;
}

std::string toml_key(const std::string& name) {
  const Value::Map pair{{name, true}};  // "{ key = true }"
  const std::string text = to_toml(Value(pair));
  return text.substr(2, text.size() - 2 - std::string_view(" = true }").size());
}

std::string lines_of(const Value& options) {
  std::string text;
  for (const auto& [name, value] : options.as_map()) text += toml_key(name) + " = " + to_toml(value) + "\n";
  return text;
}

class Writer {
 public:
  explicit Writer(const Workflow& workflow) : workflow_(workflow) {
    for (const StagePlan& stage : workflow.stages) stages_.push_back(&stage);
    std::ranges::sort(stages_, {}, &StagePlan::written);
    for (const TableRule& rule : training_table_rules()) {
      if (same_for_all(rule)) shared_.insert(&rule);
    }
  }

  std::string text() {
    write_top();
    for (const TableRule& rule : training_table_rules()) {
      if (shared_.contains(&rule)) text_ += table_text(rule, first_user(rule)->tables, "");
    }
    for (const StagePlan* stage : stages_) write_stage(*stage);
    return std::move(text_);
  }

 private:
  void write_top() {
    const RunSettings& s = workflow_.settings;
    const auto line = [&](const char* name, const Value& value) {
      text_ += std::string(name) + " = " + to_toml(clean(value, workflow_.secrets)) + "\n";
    };
    line("name", workflow_.name);
    line("seed", s.seed);
    line("matmul_precision", s.matmul_precision);
    line("device", s.device);
    line("threads", s.threads == 0 ? Value("auto") : Value(s.threads));
    line("run_dir", s.run_dir.string());
    line("log_dir", s.log_dir.string());
    line("split", s.split);
    line("season_length", s.season_length);
    if (workflow_.plugin_paths.empty()) return;
    Value::List paths;
    for (const auto& path : workflow_.plugin_paths) paths.push_back(path.string());
    text_ += "\n[plugins]\n";
    line("path", paths);
  }

  void write_stage(const StagePlan& stage) {
    const std::string header = "stages." + toml_key(stage.name);
    text_ += "\n[" + header + "]\n";
    if (stage.type != stage.name) text_ += "type = " + to_toml(stage.type) + "\n";
    if (!stage.inputs.empty()) {
      Value::Map inputs;
      for (const auto& [kind, names] : stage.inputs) inputs[kind] = Value::List(names.begin(), names.end());
      text_ += "inputs = " + to_toml(inputs) + "\n";
    }
    if (!stage.needs.empty()) text_ += "needs = " + to_toml(Value::List(stage.needs.begin(), stage.needs.end())) + "\n";
    text_ += lines_of(clean(stage.options, workflow_.secrets));
    for (const TableRule& rule : training_table_rules()) {
      if (uses(stage, rule) && !shared_.contains(&rule)) text_ += table_text(rule, stage.tables, header + ".");
    }
  }

  [[nodiscard]] static bool uses(const StagePlan& stage, const TableRule& rule) {
    return std::ranges::find(stage.uses, rule.name) != stage.uses.end();
  }

  [[nodiscard]] const StagePlan* first_user(const TableRule& rule) const {
    const auto found = std::ranges::find_if(stages_, [&](const StagePlan* stage) { return uses(*stage, rule); });
    return found == stages_.end() ? nullptr : *found;
  }

  /// Whether all stages that use a table have the same one: it is then written once, at the top.
  [[nodiscard]] bool same_for_all(const TableRule& rule) const {
    const StagePlan* first = first_user(rule);
    if (!first) return false;
    const std::string text = table_text(rule, first->tables, "");
    return std::ranges::all_of(stages_, [&](const StagePlan* s) { return !uses(*s, rule) || table_text(rule, s->tables, "") == text; });
  }

  [[nodiscard]] std::string table_text(const TableRule& rule, const TrainingTables& t, const std::string& prefix) const {
    const std::string name = prefix + rule.name, header = rule.many ? "\n[[" + name + "]]\n" : "\n[" + name + "]\n";
    std::string text;
    for (const ComponentSpec& spec : t.many(rule.name)) {
      const std::string type = rule.has_type() ? "type = " + to_toml(spec.type) + "\n" : std::string();
      const std::string lines = type + lines_of(clean(spec.options, workflow_.secrets));
      if (!lines.empty()) text += header + lines;
    }
    return text;
  }

  const Workflow& workflow_;
  std::vector<const StagePlan*> stages_;  ///< as the file lists them
  std::set<const TableRule*> shared_;
  std::string text_;
};

}  // namespace

std::string to_toml_text(const Workflow& workflow) { return Writer(workflow).text(); }

}  // namespace pipeline
