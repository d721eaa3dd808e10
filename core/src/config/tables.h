#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/check.h"
#include "pipeline/stage.h"

namespace pipeline {

/// Training tables after their check, with the origin of each value ("optimizer.lr").
struct CheckedTables {
  TrainingTables tables;
  std::map<std::string, Origin> origins;
};

/// The stage whose tables are resolved: its own over those of the stage that it searches for, over the shared ones.
struct StageTables {
  std::string stage;
  const Node* node;                      ///< its table, which may hold own ones
  const std::vector<std::string>& uses;  ///< the tables its type uses
  Place place;                           ///< of its name
  NamedStage trains_as{};                ///< the stage that it searches for
};

/// Merges shared and own tables and checks them. Adds the names of the shared tables that the stage takes to `used`.
[[nodiscard]] CheckedTables check_training_tables(CheckContext& context, const StageTables& stage, std::set<std::string>& used);
/// Checks a table by itself: a shared one that no stage uses, or one of a stage of unknown type.
void check_lone_table(CheckContext& context, const TableRule& rule, const Node& node);

}  // namespace pipeline
