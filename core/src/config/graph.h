#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/check.h"

namespace pipeline {

/// A stage as the graph sees it. `plan` holds its name, place, options, `inputs` and `needs`; its `sources` are filled in.
struct GraphStage {
  StagePlan plan;
  const Node* node = nullptr;           ///< its table: where `inputs` and `needs` stand
  const ComponentInfo* info = nullptr;  ///< nullptr where its type is not known
  NamedStage recipient{};               ///< of a stage that searches: the stage that trains with the best values
};

/// Finds a producer for every port and orders the stages: producers first, ties as in the file. A missing or ambiguous producer and a cycle
/// are mistakes at the stage.
[[nodiscard]] std::vector<GraphStage> order_stages(CheckContext& context, std::vector<GraphStage> stages);

/// Checks that windows of the length of `slicing` fit into the splits of the CSV file that `series` reads, and that times of `split` have a
/// time column. Reads at most as many of the file's lines as the windows need.
void check_window_fit(CheckContext& context, const Value& split, const GraphStage& slicing, const GraphStage& series);

/// The rows of the CSV files that `series` reads, at most, and no more than a million; nullopt if it reads none, or if they cannot be
/// counted soon.
[[nodiscard]] std::optional<std::int64_t> source_rows(const GraphStage& series);
/// Whether its files hold many series.
[[nodiscard]] bool holds_many_series(const GraphStage& series);

/// Checks the tables by the words of a frequency column (of split, season_length and horizon): some stage has such a column, and all tables
/// have numbers for the same words. Which words the column holds is found by the run.
void check_frequency_tables(CheckContext& context, const std::vector<GraphStage>& stages);

}  // namespace pipeline
