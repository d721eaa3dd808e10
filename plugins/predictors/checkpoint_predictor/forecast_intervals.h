#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/data/intervals.h"
#include "pipeline/data/series.h"
#include "pipeline/host/predictor.h"

namespace pipeline::predictor::checkpoint {

/// The intervals around the forecasts of a request, as an evaluation fitted them. Without a file there are none.
class ForecastIntervals {
 public:
  /// `quantile_levels`: those that the model forecasts. Error (data) if the file does not belong to the model.
  ForecastIntervals(const PredictRequest& request, const SeriesInfo& series, const PreparedInput& input, std::int64_t horizon,
                    std::vector<double> quantile_levels);
  /// [L] in percent; empty: there are no intervals.
  [[nodiscard]] const std::vector<double>& levels() const { return levels_; }
  /// [steps, T, L, 2] the ends for the forecast from a row: `point` [steps, T], `quantiles` [steps, T, Q]. NaN for a series that the
  /// evaluation did not know.
  [[nodiscard]] std::vector<double> of(std::int64_t row, std::span<const double> point, std::span<const double> quantiles) const;
  /// Warns of series of the forecast that have no intervals. `rows`: of the origins.
  void warn_of_unknown_series(std::span<const std::int64_t> rows, Log& log) const;

 private:
  /// The number of the row's series among those of the evaluation; -1: it is not among them.
  [[nodiscard]] std::int64_t known_series(std::int64_t row) const;
  [[nodiscard]] bool knows(std::int64_t row) const;

  const PreparedInput& input_;
  std::optional<Intervals> intervals_;
  std::unordered_map<std::string, std::int64_t> numbers_;  ///< of the evaluation's series, by id
  std::vector<double> levels_, quantile_levels_;
  std::vector<std::size_t> lower_, upper_;  ///< [L] the quantiles at the ends; empty: the point is both
};

}  // namespace pipeline::predictor::checkpoint
