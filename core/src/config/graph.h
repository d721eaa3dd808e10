#pragma once

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

}  // namespace pipeline
