#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/check.h"
#include "pipeline/stage.h"

namespace pipeline {

/// A table that says what is trained, at the top of the workflow or in a stage.
struct TableRule {
  std::string name;          ///< "model", "callbacks"
  std::string kind;          ///< of the components it names: "model", "callback"; "table" for those without a type
  bool list = false;         ///< [[callbacks]]
  std::string default_type;  ///< where none is written; empty: there is none
};
[[nodiscard]] const std::vector<TableRule>& table_rules();
[[nodiscard]] const TableRule* find_table_rule(std::string_view name);

/// What training tables became, with where each value came from ("optimizer.lr").
struct CheckedTables {
  TrainingTables tables;
  std::map<std::string, std::string> origins;
};

/// A stage by its name and table.
struct NamedStage {
  std::string name;
  const Node* node = nullptr;  ///< nullptr: there is none
};

/// The stage whose tables are resolved: its own over those of the stage that it searches for, over the shared ones.
struct StageTables {
  std::string stage;
  const Node* node;                      ///< its table, which may hold own ones
  const std::vector<std::string>& uses;  ///< the tables its type uses
  Place place;                           ///< of its name
  NamedStage trains_as{};                ///< the stage that it searches for
};

/// Merges shared and own tables and checks them. Names of shared tables that were looked at are added to `used`.
[[nodiscard]] CheckedTables check_training_tables(CheckContext& context, const StageTables& stage, std::set<std::string>& used);
/// Checks a table by itself: shared ones that no stage uses, own ones of a stage that is not known.
void check_lone_table(CheckContext& context, const TableRule& rule, const Node& node);

}  // namespace pipeline
