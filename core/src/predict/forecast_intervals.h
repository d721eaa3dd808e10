#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/data/intervals.h"
#include "pipeline/data/series.h"
#include "pipeline/host/predictor.h"
#include "pipeline/log.h"

namespace pipeline {

/// The intervals that an evaluation fitted to a model.
struct FittedIntervals {
  std::filesystem::path file{};  ///< conformal.json; empty: there are none
  std::string model{};           ///< its name there
  Value season_length{};         ///< of the workflow: RunSettings::season_length
};

/// The intervals around the forecasts of an input. A series that the evaluation did not know has those of the others, in units of its own
/// changes from season to season, where series share distances.
class ForecastIntervals {
 public:
  /// `head`: of the forecasts. Error (data) if the file does not belong to the model.
  ForecastIntervals(const FittedIntervals& fitted, const PredictHead& head);
  /// [L] in percent; empty: there are no intervals.
  [[nodiscard]] const std::vector<double>& levels() const { return levels_; }
  /// [steps, T, L, 2] the ends for a forecast. NaN for a series without any.
  [[nodiscard]] std::vector<double> of(const RowForecast& forecast);
  /// Tells which series had no intervals, and which had those of others.
  void say_unknown_series(Log& log) const;

 private:
  /// Series in the order of their first forecasts.
  struct Named {
    std::int64_t count = 0;
    std::string first{};
    void add(const std::string& id) {
      if (count++ == 0) first = id;
    }
  };
  /// What a series' intervals need: its number in the evaluation, -1 if it is not among them, and the scales of its targets.
  struct OfSeries {
    std::int64_t number = 0;
    std::vector<double> scales{};  ///< [T]; empty: there are none
  };
  [[nodiscard]] const OfSeries& series_at(std::int64_t row);
  [[nodiscard]] OfSeries unknown_series(std::int64_t row, std::int64_t series);

  const PredictHead& head_;
  std::optional<Intervals> intervals_;
  std::unordered_map<std::string, std::int64_t> numbers_;  ///< of the evaluation's series, by id
  std::vector<double> levels_;
  std::vector<std::size_t> lower_, upper_;  ///< [L] the quantiles at the ends; empty: the point is both
  std::vector<std::int64_t> seasons_;
  std::int64_t current_ = -1;  ///< the series of `of_series_`
  OfSeries of_series_;
  Named without_, shared_;
};

}  // namespace pipeline
