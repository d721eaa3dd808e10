#include "units.h"

#include <algorithm>
#include <cmath>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline::predictor::checkpoint {

namespace {

std::string place(const PreparedInput& input, const SeriesInfo& series, std::int64_t origin) {
  const std::int64_t time = input.time[static_cast<std::size_t>(origin)];
  return series.has_time ? "the row of " + format_time(time) : "row " + std::to_string(time);
}

/// The last known level of a target before the forecast; only differenced columns need it.
double last_level(const PreparedInput& input, const SeriesInfo& series, std::int64_t origin, std::size_t target,
                  const PredictRequest& request) {
  const ColumnTransform& column = series.columns[static_cast<std::size_t>(series.target_columns[target])];
  const double level = input.targets[static_cast<std::size_t>(origin) * series.targets.size() + target];
  if (column.is_difference() && !std::isfinite(level))
    throw data_error(request.input.string() + ": column '" + series.targets[target] + "' has no value in " + place(input, series, origin) +
                     ", from which its " + word_of(column.transform) + " is continued");
  return level;
}

}  // namespace

std::vector<double> to_levels(std::span<const double> scaled, const PreparedInput& input, const SeriesInfo& series, std::int64_t origin,
                              const PredictRequest& request) {
  if (!std::ranges::all_of(scaled, [](double value) { return std::isfinite(value); }))
    throw data_error(request.input.string() + ": the forecast is not finite: the rows up to " + place(input, series, origin) +
                     " hold values far from those the model was trained on, or none at all");
  const std::size_t targets = series.targets.size(), horizon = scaled.size() / targets;
  std::vector<double> out(scaled.size());
  for (std::size_t t = 0; t < targets; ++t) {
    double level = last_level(input, series, origin, t, request);
    for (std::size_t h = 0; h < horizon; ++h) {
      level = series.columns[static_cast<std::size_t>(series.target_columns[t])].inverse(scaled[h * targets + t], level);
      out[h * targets + t] = level;
    }
  }
  return out;
}

}  // namespace pipeline::predictor::checkpoint
