#pragma once

#include <cstdint>
#include <span>

#include <torch/types.h>

#include "pipeline/data/series.h"
#include "pipeline/host/predictor.h"

namespace pipeline::predictor::checkpoint {

/// Error (data) if one of the forecasts `scaled` [B, H, T], in CPU memory, is not finite, or if it continues a difference from a level that
/// the file lacks. `origins`: the rows that the forecasts start from.
void require_known(const torch::Tensor& scaled, std::span<const std::int64_t> origins, const PreparedInput& input, const SeriesInfo& series,
                   const PredictRequest& request);

/// Error (data) if a forecast in original units, or one of its quantiles, is not finite.
void require_finite(std::span<const double> point, std::span<const double> quantiles, std::int64_t origin, const PreparedInput& input,
                    const SeriesInfo& series, const PredictRequest& request);

}  // namespace pipeline::predictor::checkpoint
