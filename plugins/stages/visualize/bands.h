#pragma once

#include <cstddef>
#include <vector>

#include "pipeline/data/predictions.h"

namespace pipeline::stage::visualize {

/// An interval in a file of predictions: an interval of its own, or that between two of its quantiles.
struct BandColumns {
  double level = 0;                  ///< in percent
  bool is_interval = false;          ///< false: between quantiles
  std::size_t lower = 0, upper = 0;  ///< indices of the quantiles; of an interval both are its index
};

/// Those that are drawn, widest first, three at most: the file's intervals if it has some, else those between quantiles of the same
/// distance from the median.
[[nodiscard]] std::vector<BandColumns> band_columns(const PredictionBands& bands);

}  // namespace pipeline::stage::visualize
