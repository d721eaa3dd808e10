#include "base/table_rules.h"

#include <algorithm>
#include <optional>
#include <utility>

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

/// A model that says of itself that it gives one value has no place for what a loss of quantiles or of a distribution needs.
std::optional<TableMistake> output_mistake(const Registry& registry, const TrainingTables& tables) {
  const ComponentInfo *model = registry.find("model", tables.one("model").type), *loss = registry.find("loss", tables.one("loss").type);
  if (!model || !loss || std::ranges::find(model->outputs, point_output) == model->outputs.end()) return std::nullopt;
  const auto needed = std::ranges::find_if(loss->outputs, [](const std::string& kind) { return kind != point_output; });
  if (needed == loss->outputs.end()) return std::nullopt;
  return TableMistake{"loss", "type",
                      model->name + " gives one value for each step, and " + loss->name + " needs " +
                          (*needed == "quantiles" ? *needed : "a " + *needed) + ": " + output_cure};
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
  if (auto mistake = output_mistake(registry, tables)) mistakes.push_back(std::move(*mistake));
  return mistakes;
}

}  // namespace pipeline
