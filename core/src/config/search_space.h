#pragma once

#include <string>

#include "config/check.h"
#include "pipeline/stage.h"

namespace pipeline {

/// What a search may change: the tables of the stage that searches, and the stage that trains with the best values.
struct SearchScope {
  const TrainingTables& tables;
  const Node* search = nullptr;                 ///< the table of ranges
  const Node* order = nullptr;                  ///< paths in the order in which they are drawn; nullptr: as written
  const Node* enqueue = nullptr;                ///< known good points; nullptr: none
  NamedStage train{};                           ///< the stage that takes the best values
  std::string slicing{};                        ///< the stage that slices, by its name in the workflow; empty: none is known
  const ComponentInfo* slicing_type = nullptr;  ///< its type; nullptr: not known
  std::string compared_by{};                    ///< the metric that compares trials; empty: not known
};

/// A search's options after their check, ready for SearchSpace::from_value.
struct CheckedSearch {
  Value::Map space;     ///< by path, every range complete
  Value::List order;    ///< paths as the file lists them
  Value::List enqueue;  ///< by name
};

/// Checks every searched path, range and condition against the components' options; a range that is not given is the option's own.
[[nodiscard]] CheckedSearch check_search(CheckContext& context, const SearchScope& scope);

}  // namespace pipeline
