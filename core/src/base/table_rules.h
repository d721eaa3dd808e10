#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/stage.h"

namespace pipeline {

/// What a model registers with gives() that has one value for each step and target, whatever the loss needs.
inline constexpr std::string_view point_output = "point";
/// What helps where a loss needs more of a model than it gives.
inline constexpr const char* output_cure =
    "choose a model that does, such as LSTMModel, or keep a loss of one value and get intervals around its forecasts with intervals = { "
    "method = \"conformal\" } in [stages.evaluate]";

/// A mistake between two training tables: the option that is to change, and a sentence without the place.
struct TableMistake {
  std::string table, option;  ///< "loss", "type"
  std::string message;
};

/// Whether a rule names an option of another table: "loss.type".
[[nodiscard]] bool is_of_other_table(std::string_view option);
/// The mistakes against rules by which a component of one table restricts another table, and that of a loss that needs more than one value
/// of a model that gives one.
[[nodiscard]] PIPELINE_EXPORT std::vector<TableMistake> table_mistakes(const Registry& registry, const TrainingTables& tables);

}  // namespace pipeline
