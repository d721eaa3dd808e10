#include <algorithm>

#include "pipeline/stage.h"

namespace pipeline {

namespace {

const TableRule& rule_of(std::string_view table) {
  if (const TableRule* rule = find_table_rule(table)) return *rule;
  throw Error(ExitStatus::unexpected, "no workflow has a table \"" + std::string(table) + "\"");
}

}  // namespace

const std::vector<TableRule>& training_table_rules() {
  static const std::vector<TableRule> rules{{.name = "derived_features", .kind = "feature", .many = true, .use = TableUse::data},
                                            {.name = "model", .kind = "model", .required = true, .searched = true},
                                            {.name = "loss", .kind = "loss", .default_type = "MSELoss", .searched = true},
                                            {.name = "optimizer", .kind = "optimizer", .default_type = "Adam", .searched = true},
                                            {.name = "scheduler", .kind = "scheduler", .searched = true},
                                            {.name = "loader", .kind = "table", .searched = true},
                                            {.name = "trainer", .kind = "table", .searched = true},
                                            {.name = "callbacks", .kind = "callback", .many = true, .searched = true},
                                            {.name = "loggers", .kind = "logger", .many = true, .in_key = false},
                                            {.name = "collective", .kind = "collective", .in_key = false},
                                            {.name = "sampler", .kind = "sampler", .default_type = "TPESampler", .use = TableUse::search},
                                            {.name = "pruner", .kind = "pruner", .default_type = "NopPruner", .use = TableUse::search}};
  return rules;
}

const TableRule* find_table_rule(std::string_view name) {
  const auto found = std::ranges::find(training_table_rules(), name, &TableRule::name);
  return found == training_table_rules().end() ? nullptr : &*found;
}

std::vector<std::string> table_names(TableUse use) {
  std::vector<std::string> names;
  for (const TableRule& rule : training_table_rules()) {
    if (rule.use == use || (use == TableUse::search && rule.use == TableUse::training)) names.push_back(rule.name);
  }
  return names;
}

const std::vector<ComponentSpec>& TrainingTables::many(std::string_view table) const {
  static const std::vector<ComponentSpec> none;
  const auto found = tables_.find(rule_of(table).name);
  return found == tables_.end() ? none : found->second;
}

std::vector<ComponentSpec>& TrainingTables::many(std::string_view table) { return tables_[rule_of(table).name]; }

const ComponentSpec& TrainingTables::one(std::string_view table) const {
  static const ComponentSpec none;
  const std::vector<ComponentSpec>& specs = many(table);
  return specs.empty() ? none : specs.front();
}

ComponentSpec& TrainingTables::one(std::string_view table) {
  std::vector<ComponentSpec>& specs = many(table);
  if (specs.empty()) specs.push_back({rule_of(table).has_type() ? std::string() : std::string(table), Value::Map{}});
  return specs.front();
}

std::vector<std::string> entry_names(const std::vector<std::string>& types) {
  std::vector<std::string> names;
  for (const std::string& type : types) {
    const bool alone = !type.empty() && std::ranges::count(types, type) == 1;
    names.push_back(alone ? type : std::to_string(names.size()));
  }
  return names;
}

}  // namespace pipeline
