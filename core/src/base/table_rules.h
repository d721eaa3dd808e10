#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/stage.h"

namespace pipeline {

/// A mistake between two training tables: the option that is to change, and a sentence without the place.
struct TableMistake {
  std::string table, option;  ///< "loss", "type"
  std::string message;
};

/// Whether a rule names an option of another table: "loss.type".
[[nodiscard]] bool is_of_other_table(std::string_view option);
/// The mistakes against rules by which a component of one table restricts another table.
[[nodiscard]] PIPELINE_EXPORT std::vector<TableMistake> table_mistakes(const Registry& registry, const TrainingTables& tables);

}  // namespace pipeline
