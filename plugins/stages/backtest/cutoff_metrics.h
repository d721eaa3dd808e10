#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cutoff_grid.h"
#include "forecast_table.h"
#include "pipeline/data/backtest_file.h"
#include "pipeline/stage.h"
#include "pipeline/train/metric_set.h"

namespace pipeline::stage::backtest {

/// Measures the forecasts of every cutoff by all metrics, in original units, and compares the models with the better of the last value and
/// the last season.
class CutoffMetrics {
 public:
  CutoffMetrics(const ForecastTable& table, const CutoffGrid& grid, const Series& series, const StageContext& context);

  /// Fills measures, models, reference and comparisons.
  void fill(BacktestRecord& record) const;

 private:
  /// [series, targets] the scales at each cutoff: of all rows up to it.
  [[nodiscard]] std::vector<SeriesScale> scales_at(std::int64_t cutoff) const;
  [[nodiscard]] SplitErrors::Numbers measured(const ModelForecasts& model, std::int64_t cutoff) const;
  /// [cutoffs, series] the mean absolute error divided by the scale, over steps and targets; NaN: there is none.
  [[nodiscard]] std::vector<double> scaled_errors(const ModelForecasts& model) const;
  [[nodiscard]] BacktestComparison compared(const ModelForecasts& model, const ModelForecasts& reference) const;
  /// The later cutoffs whose horizon overlaps a cutoff's own.
  [[nodiscard]] std::int64_t lags() const;

  const ForecastTable& table_;
  const CutoffGrid& grid_;
  const Series& series_;
  std::uint64_t seed_;
  std::vector<std::int64_t> seasons_;
  Metrics metrics_;
  std::vector<double> levels_;                    ///< quantiles that all models with quantiles have
  std::vector<std::vector<SeriesScale>> scales_;  ///< by cutoff
};

}  // namespace pipeline::stage::backtest
