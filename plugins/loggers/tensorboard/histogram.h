#pragma once

#include <span>
#include <string>
#include <vector>

#include "events.h"

namespace pipeline::loggers::tensorboard {

/// Values put into bins: those of `limits[i - 1] < v <= limits[i]` are `counts[i]`.
struct Histogram {
  double min = 0, max = 0, sum = 0, sum_squares = 0, number = 0;
  std::vector<double> limits, counts;
};

/// TensorBoard's own default bins: edges grow by a tenth from 1e-12 to 1e20, mirrored at zero; bins outside the values are left out.
/// Values that are not finite are left out.
[[nodiscard]] Histogram bin_values(std::span<const float> values);

[[nodiscard]] std::string histogram_event(Moment moment, const std::string& tag, const Histogram& histogram);

}  // namespace pipeline::loggers::tensorboard
