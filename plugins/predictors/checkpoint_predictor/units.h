#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/data/series.h"
#include "pipeline/host/predictor.h"

namespace pipeline::predictor::checkpoint {

/// A forecast `scaled` [H, T] from row `origin` in original units. Error (data) when it is not finite, or when it continues a difference
/// from a level that the file does not have.
[[nodiscard]] std::vector<double> to_levels(std::span<const double> scaled, const PreparedInput& input, const SeriesInfo& series,
                                            std::int64_t origin, const PredictRequest& request);

}  // namespace pipeline::predictor::checkpoint
