#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attention_file.h"
#include "panel_metrics.h"
#include "pipeline/data/intervals.h"
#include "pipeline/data/origins.h"
#include "pipeline/train/metric_set.h"
#include "predictions_file.h"
#include "reliability.h"
#include "window_forecasts.h"

namespace pipeline::stage::evaluate {

/// The errors of one kind of forecast: on the scaled series, and in original units if there is a series.
class Score {
 public:
  Score(const Metrics& metrics, const MetricGroups& groups, std::int64_t series = 1)
      : scaled(metrics_in(metrics, MetricUnits::scaled), groups, series, false), original(metrics, groups, series) {}
  /// Adds the losses of values, [B, H, T]. Those of weight 0 do not count; undefined: all do.
  void add_loss(const torch::Tensor& losses, const torch::Tensor& weight);
  /// NaN where nothing was counted.
  [[nodiscard]] double loss() const { return loss_sum_ / loss_count_; }

  PanelMetrics scaled, original;  ///< `scaled` holds only the metrics of the scaled series

 private:
  double loss_sum_ = 0, loss_count_ = 0;
};

/// One model on one split.
struct SplitResult {
  Split split = Split::test;
  std::int64_t windows = 0, values = 0;           ///< values: windows x own steps x targets, filled ones too
  std::int64_t series = 1;                        ///< those of the panel
  std::vector<std::int64_t> windows_of_series{};  ///< [series] of a panel, those that are measured; else empty
  std::int64_t without_scale = 0;                 ///< forecasts that a transform cannot take: they are in no scaled error
  Score model;
  std::optional<Score> naive{};     ///< repeats the last value; absent for windows made elsewhere, which have no original units either
  std::optional<Score> seasonal{};  ///< repeats the last season; absent where a season is one step
  std::optional<Reliability> reliability{};  ///< of a model with quantiles

  [[nodiscard]] std::string name() const { return split_names[static_cast<std::size_t>(split)]; }
};

/// One model on all the splits that were asked for.
struct ModelResult {
  TrainingRecord training;           ///< of a model that no stage trained, only its name
  std::filesystem::path checkpoint;  ///< empty: no stage trained it
  std::vector<std::string> targets;
  std::int64_t horizon = 1, shortest_horizon = 1;  ///< the largest and the smallest of the series
  std::vector<SplitResult> splits{};               ///< the first one is the main one
  std::int64_t replaced = 0;                       ///< targets of series that it could not forecast
  double ranking = std::numeric_limits<double>::quiet_NaN();

  [[nodiscard]] const SplitResult& main() const { return splits.front(); }
  [[nodiscard]] bool was_trained() const { return !checkpoint.empty(); }
};

/// The number of steps that the windows of a split forecast together.
[[nodiscard]] std::int64_t count_steps(const Windows& windows, Split split, const OriginChoice& origins = {});

/// What is measured of a split, and how.
struct SplitRequest {
  Split split;
  std::int64_t batch_size;
  Metrics metrics;
  std::vector<SeriesScale> scales{};      ///< [series, targets]; empty for windows made elsewhere
  std::vector<std::int64_t> seasons{1};   ///< the rows of a season of each frequency group
  std::vector<double> quantiles{};        ///< the levels that the metrics of quantiles are of; a model that lacks one has none of them
  std::vector<double> interval_levels{};  ///< in percent: those of intervals between quantiles that are measured
  const Intervals* intervals = nullptr;   ///< are measured instead, and written
  IntervalScores* scores = nullptr;       ///< takes the errors of the forecasts
  OriginChoice origins{};                 ///< the windows that are forecast
  std::function<void()> check_cancelled;  ///< throws when the run is to end; called before every batch
};

/// Forecasts and measures the windows of a split that the request names. Rows go to `predictions` and attention weights to `attention`,
/// unless these are nullptr. Error (data) if the split has no window.
[[nodiscard]] SplitResult evaluate_split(WindowForecasts& forecasts, const SplitRequest& request, PredictionsFile* predictions,
                                         AttentionFile* attention = nullptr);

/// The metrics that a point forecast has.
[[nodiscard]] Metrics of_points(const Metrics& metrics);
/// The columns of uncertainty that predictions of a model have.
[[nodiscard]] PredictionBands bands_of(const WindowForecasts& forecasts, const Intervals* intervals);

}  // namespace pipeline::stage::evaluate
