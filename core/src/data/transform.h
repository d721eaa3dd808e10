#pragma once

#include <cmath>
#include <string>
#include <string_view>

namespace pipeline {

/// What happens to a column's levels before they are scaled.
enum class Change { none, log, diff, log_return };

/// By its name in the workflow; Error (usage) with the nearest name otherwise.
[[nodiscard]] Change parse_change(std::string_view name);
[[nodiscard]] inline bool needs_previous(Change change) { return change == Change::diff || change == Change::log_return; }
[[nodiscard]] inline bool needs_positive(Change change) { return change == Change::log || change == Change::log_return; }

[[nodiscard]] inline double apply_change(Change change, double level, double previous) {
  switch (change) {
    case Change::log:
      return std::log(level);
    case Change::diff:
      return level - previous;
    case Change::log_return:
      return std::log(level / previous);
    case Change::none:
      break;
  }
  return level;
}

[[nodiscard]] inline double undo_change(Change change, double changed, double previous) {
  switch (change) {
    case Change::log:
      return std::exp(changed);
    case Change::diff:
      return previous + changed;
    case Change::log_return:
      return previous * std::exp(changed);
    case Change::none:
      break;
  }
  return changed;
}

}  // namespace pipeline
