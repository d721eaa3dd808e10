#pragma once

#include <string>
#include <vector>

#include "pipeline/registry.h"
#include "pipeline/stage.h"
#include "pipeline/value.h"

namespace pipeline {

/// A mistake that some values of a search make together.
struct ChoiceMistake {
  std::string path;  ///< of the range to change: "loss.type"
  std::string message;
};

/// What the choices of a search break of the rules between two training tables (base/table_rules.h), one mistake for each sentence: by the
/// fewest values that differ from those of `tables`. `space`: complete ranges by path. Values that conditions keep apart do not meet.
[[nodiscard]] std::vector<ChoiceMistake> choice_mistakes(const Registry& registry, const TrainingTables& tables, const Value::Map& space);

}  // namespace pipeline
