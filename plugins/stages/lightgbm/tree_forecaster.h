#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lag_features.h"
#include "library.h"
#include "lightgbm_options.h"
#include "pipeline/data/forecasts.h"
#include "tree_data.h"

namespace pipeline::stage::lightgbm {

/// What one set of trees is to learn.
struct TreeTask {
  const TreeData& data;
  const LightgbmOptions& options;
  std::size_t target = 0;
  std::optional<std::int64_t> group;  ///< the series of this frequency alone
  std::int64_t season = 1, horizon = 1;
  Split split = Split::test;  ///< of the origins that are forecast
  int threads = 1;
  std::int64_t seed = 0;
  std::function<void()> check_cancelled;
};

/// Forecasts one target of all series of one frequency.
///
/// The trees learn the target's difference from a season before (Montero-Manso and Hyndman 2021, "Principles and algorithms for forecasting
/// groups of time series", have the case for one model of all series), standardised by each series' own training rows. Rows before
/// TreeData::learned_end are training rows; one whose target was filled is none. A series with less than two differences there is
/// standardised by its rows up to its first origin. Where that is not possible either, where an origin has no value a season back, and
/// where there is no row to learn from, the last value stands.
class TreeForecaster {
 public:
  TreeForecaster(const Library& library, TreeTask task);

  struct Outcome {
    std::int64_t training_rows = 0;    ///< of the nearest step
    std::int64_t replaced = 0;         ///< origins with the last value for a forecast
    std::int64_t unlearned_steps = 0;  ///< the farthest steps, for which there is no row to learn from; the last value stands there too
  };
  /// Trains, and writes the forecasts from the origins of the split in the task's group to `out`, [N, H, T, 1 + quantiles] of all
  /// `origins`, whose largest horizon is `largest`. Steps beyond the group's horizon stay as they are. With a model for each step, one is
  /// in memory at a time. Error (training) for a forecast that is no number.
  [[nodiscard]] Outcome forecast(std::span<const ForecastOrigin> origins, std::int64_t largest, std::span<double> out);

 private:
  struct Scale {
    double center = 0, scale = 1;
  };
  struct Row;
  struct Place;
  class History;
  class Output;

  [[nodiscard]] bool is_mine(std::int64_t series) const;
  [[nodiscard]] std::int64_t difference() const { return task_.options.seasonal_difference ? task_.season : 0; }
  /// Seasons between a value `step` rows ahead and the newest one of the same season.
  [[nodiscard]] std::int64_t seasons_back(std::int64_t step) const;
  [[nodiscard]] std::vector<double> values_of(const Segment& segment) const;
  /// Calls visit(series, segment) for every segment of the group, cut off where the split begins.
  void for_each_segment(const auto& visit) const;
  /// Calls visit(Row) for every row to learn `step` rows ahead from.
  void for_each_row(std::int64_t step, const auto& visit) const;
  /// Calls visit(Place) for every origin of the task that has a scale and a value a season back.
  void for_each_place(std::span<const ForecastOrigin> origins, const auto& visit) const;
  void fit_scales(std::span<const ForecastOrigin> origins);
  /// The model of the point, unless the median among the quantiles is it, then one for each level; none if there is no row to learn from.
  [[nodiscard]] std::vector<Booster> train(std::int64_t step);
  [[nodiscard]] std::string parameters() const;
  void forecast_direct(std::span<const ForecastOrigin> origins, Output& output);
  void forecast_recursive(std::span<const ForecastOrigin> origins, Output& output);
  void predict(const Booster& trees, std::span<const float> rows, std::vector<double>& values) const;

  const Library& library_;
  TreeTask task_;
  LagFeatures features_;
  std::map<std::int64_t, Scale> scales_;  ///< by series; one without is not forecast
  std::int64_t training_rows_ = 0, unlearned_steps_ = 0;
};

}  // namespace pipeline::stage::lightgbm
