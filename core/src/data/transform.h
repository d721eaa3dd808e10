#pragma once

#include <cmath>

#include "pipeline/data/series.h"

namespace pipeline {

[[nodiscard]] inline bool needs_positive(Transform transform) { return transform == Transform::log || transform == Transform::log_return; }

/// The transformed `level`; `previous` is the level one row before.
[[nodiscard]] inline double apply(Transform transform, double level, double previous) {
  switch (transform) {
    case Transform::log:
      return std::log(level);
    case Transform::diff:
      return level - previous;
    case Transform::log_return:
      return std::log(level / previous);
    case Transform::none:
      break;
  }
  return level;
}

/// The level of a transformed value; the inverse of `apply`.
[[nodiscard]] inline double undo(Transform transform, double transformed, double previous) {
  switch (transform) {
    case Transform::log:
      return std::exp(transformed);
    case Transform::diff:
      return previous + transformed;
    case Transform::log_return:
      return previous * std::exp(transformed);
    case Transform::none:
      break;
  }
  return transformed;
}

}  // namespace pipeline
