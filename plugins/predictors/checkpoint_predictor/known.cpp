#include "known.h"

#include <algorithm>
#include <cmath>

#include "pipeline/data/time_text.h"
#include "pipeline/errors.h"

namespace pipeline::predictor::checkpoint {

namespace {

std::string place(const PreparedInput& input, const SeriesInfo& series, std::int64_t origin) {
  const std::int64_t time = input.time[static_cast<std::size_t>(origin)];
  const std::string row = series.has_time ? "the row of " + time_for_people(series, time) : "row " + std::to_string(time);
  if (!series.panel) return row;
  return row + " of series \"" + input.ids[static_cast<std::size_t>(input.panel().series_of(origin))] + "\"";
}

}  // namespace

void require_known(const torch::Tensor& scaled, std::span<const std::int64_t> origins, const PreparedInput& input, const SeriesInfo& series,
                   const PredictRequest& request) {
  const std::size_t targets = series.targets.size();
  for (std::size_t b = 0; b < origins.size(); ++b) {
    if (!torch::isfinite(scaled[static_cast<std::int64_t>(b)]).all().item<bool>())
      throw data_error(request.input.string() + ": the forecast is not finite: the rows up to " + place(input, series, origins[b]) +
                       " hold values far from those the model was trained on, or none at all");
    for (std::size_t t = 0; t < targets; ++t) {
      const ColumnTransform& column = series.columns[static_cast<std::size_t>(series.target_columns[t])];
      const double last = input.targets[static_cast<std::size_t>(origins[b]) * targets + t];
      if (column.is_difference() && !std::isfinite(last))
        throw data_error(request.input.string() + ": column '" + series.targets[t] + "' has no value in " +
                         place(input, series, origins[b]) + ", from which its " + word_of(column.transform) + " is continued");
    }
  }
}

void require_finite(std::span<const double> point, std::span<const double> quantiles, std::int64_t origin, const PreparedInput& input,
                    const SeriesInfo& series, const PredictRequest& request) {
  const auto finite = [](double value) { return std::isfinite(value); };
  if (std::ranges::all_of(point, finite) && std::ranges::all_of(quantiles, finite)) return;
  throw data_error(request.input.string() + ": the forecast is not finite once its transform is undone: the rows up to " +
                   place(input, series, origin) +
                   " hold values far from those the model was trained on, or its training diverged: look at what evaluate measured");
}

}  // namespace pipeline::predictor::checkpoint
