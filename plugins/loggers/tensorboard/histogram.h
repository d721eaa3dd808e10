#pragma once

#include <span>
#include <string>
#include <vector>

#include "events.h"

namespace pipeline::loggers::tensorboard {

/// Values in bins: `counts[i]` is the number of values with `limits[i - 1] < v <= limits[i]`.
struct Histogram {
  double min = 0, max = 0, sum = 0, sum_squares = 0, number = 0;
  std::vector<double> limits, counts;
};

/// TensorBoard's default bins: edges grow by a tenth from 1e-12 to 1e20, mirrored at zero. Bins outside the range of the values are left
/// out, and so are values that are not finite.
[[nodiscard]] Histogram bin_values(std::span<const float> values);

[[nodiscard]] std::string histogram_event(Moment moment, const std::string& tag, const Histogram& histogram);

}  // namespace pipeline::loggers::tensorboard
