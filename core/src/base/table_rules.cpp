#include "base/table_rules.h"

#include "base/option_value.h"

namespace pipeline {

bool is_of_other_table(std::string_view option) { return option.find('.') != std::string_view::npos; }

namespace {

/// The value of "loss.type" or "loader.batch_size"; null if the workflow leaves it open.
Value value_of(const Registry& registry, const TrainingTables& tables, const std::string& table, const std::string& option) {
  const ComponentSpec& spec = tables.one(table);
  if (option == "type") return spec.type.empty() ? Value() : Value(spec.type);
  if (const Value* given = spec.options.find(option)) return *given;
  const TableRule* rule = find_table_rule(table);
  const ComponentInfo* info = registry.find(rule->kind, spec.type.empty() ? table : spec.type);
  const OptionInfo* known = info ? info->schema.find(option) : nullptr;
  return known ? known->default_value : Value();
}

}  // namespace

std::vector<TableMistake> table_mistakes(const Registry& registry, const TrainingTables& tables) {
  std::vector<TableMistake> mistakes;
  for (const TableRule& table : training_table_rules()) {
    for (const ComponentSpec& spec : tables.many(table.name)) {
      const ComponentInfo* info = registry.find(table.kind, spec.type);
      for (const OptionRule& rule : info ? info->schema.rules : std::vector<OptionRule>()) {
        if (!is_of_other_table(rule.second)) continue;
        const std::size_t dot = rule.second.find('.');
        const std::string other = rule.second.substr(0, dot), option = rule.second.substr(dot + 1);
        const Value first = info->schema.with_defaults(spec.options).at(rule.first), second = value_of(registry, tables, other, option);
        const auto sentence = second.is_null() ? std::nullopt : restriction_mistake(rule, first, second);
        if (sentence) mistakes.push_back({other, option, spec.type + ": " + *sentence});
      }
    }
  }
  return mistakes;
}

}  // namespace pipeline
