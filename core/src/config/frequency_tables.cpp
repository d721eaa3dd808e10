#include <algorithm>
#include <string>
#include <vector>

#include "config/graph.h"
#include "data/by_frequency.h"

namespace pipeline {

namespace {

struct NamedTable {
  std::string name;
  const Node* node;
};

std::vector<NamedTable> frequency_tables(const Node& root, const std::vector<GraphStage>& stages) {
  std::vector<NamedTable> tables;
  const auto add = [&](const std::string& name, const Node* node) {
    if (node && node->is_table()) tables.push_back({name, node});
  };
  add("season_length", root.find("season_length"));
  if (const Node* split = root.find("split"); split && split->is_table()) {
    for (const char* part : {"val", "test", "calibration"}) add(std::string("split: ") + part, split->find(part));
  }
  for (const GraphStage& stage : stages) {
    if (!stage.info) continue;
    for (const OptionInfo& option : stage.info->schema.options) {
      if (option.by_name && option.whole) add(option.name, stage.node->find(option.name));
    }
  }
  return tables;
}

bool has_frequency_column(const std::vector<GraphStage>& stages) {
  return std::ranges::any_of(stages, [](const GraphStage& stage) {
    const Value* column = stage.plan.options.find("frequency_column");
    return column && column->is_string() && !column->as_string().empty();
  });
}

/// Reports what a table lacks of another one.
void check_words(CheckContext& context, const NamedTable& table, const NamedTable& other) {
  for (const auto& [word, number] : other.node->table()) {
    if (table.node->find(word)) continue;
    context.mistake(table.node->place,
                    table.name + " has no number for \"" + word + "\", which " + other.name + " has: add " + word + " = ...");
  }
}

}  // namespace

void check_frequency_tables(CheckContext& context, const std::vector<GraphStage>& stages) {
  const std::vector<NamedTable> tables = frequency_tables(context.document.root, stages);
  const bool has_column = has_frequency_column(stages);
  for (const NamedTable& table : tables) {
    if (has_column) {
      check_words(context, table, tables.front());
      check_words(context, tables.front(), table);
    } else {
      context.mistake(table.node->place, frequency_table_mistake(table.name, table.node->to_value(), {}));
    }
  }
}

}  // namespace pipeline
