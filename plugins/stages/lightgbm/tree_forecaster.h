#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lag_features.h"
#include "library.h"
#include "lightgbm_options.h"
#include "pipeline/data/forecasts.h"
#include "pipeline/data/series.h"

namespace pipeline::stage::lightgbm {

/// What one set of trees is to learn.
struct TreeTask {
  const Series& series;
  const LightgbmOptions& options;
  std::size_t target = 0;
  std::optional<std::int64_t> group;  ///< the series of this frequency alone
  std::int64_t season = 1, horizon = 1;
  Split split = Split::test;  ///< whose origins are forecast: from all rows before it
  int threads = 1;
  std::int64_t seed = 0;
  std::function<void()> check_cancelled;
};

/// Trees that forecast one target of all series of one frequency.
///
/// They learn the target's difference from a season before (Montero-Manso and Hyndman 2021, "Principles and algorithms for forecasting
/// groups of time series", have the case for one model of all series), standardised by each series' own training rows. Rows before the
/// split are training rows; one whose target was filled is none.
class TreeForecaster {
 public:
  /// Trains. Error (data) if there is no row to learn from.
  TreeForecaster(const Library& library, TreeTask task);

  [[nodiscard]] std::int64_t training_rows() const { return training_rows_; }
  [[nodiscard]] const LagFeatures& features() const { return features_; }
  /// Writes the forecasts from the origins of the split in the task's group to `out`, [N, H, T, 1 + quantiles] of all `origins`, whose
  /// largest horizon is `largest`. Steps beyond the group's horizon stay as they are. Returns how many origins had no value a season
  /// back, for which the last value stands.
  [[nodiscard]] std::int64_t forecast(std::span<const ForecastOrigin> origins, std::int64_t largest, std::span<double> out) const;

 private:
  struct Scale {
    double center = 0, scale = 1;
  };
  struct Row;
  class Chunk;

  [[nodiscard]] bool is_mine(std::int64_t series) const;
  [[nodiscard]] std::int64_t difference() const { return task_.options.seasonal_difference ? task_.season : 0; }
  /// Seasons between a value `step` rows ahead and the newest one of the same season.
  [[nodiscard]] std::int64_t seasons_back(std::int64_t step) const;
  [[nodiscard]] std::vector<double> values_of(const Segment& segment) const;
  /// Calls visit(series, segment) for every segment of the group, cut off where the split begins.
  void for_each_segment(const auto& visit) const;
  /// Calls visit(Row) for every row to learn `step` rows ahead from.
  void for_each_row(std::int64_t step, const auto& visit) const;
  void fit_scales();
  void train(std::int64_t step);
  [[nodiscard]] std::string parameters() const;

  const Library& library_;
  TreeTask task_;
  LagFeatures features_;
  std::vector<Scale> scales_;                   ///< [series]
  std::vector<std::vector<Booster>> boosters_;  ///< [steps that have trees of their own][1 + quantiles]
  std::int64_t training_rows_ = 0;
};

}  // namespace pipeline::stage::lightgbm
