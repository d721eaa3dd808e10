#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "attention_file.h"
#include "panel_metrics.h"
#include "pipeline/torch/loss.h"
#include "pipeline/train/metric_set.h"
#include "predictions_file.h"
#include "trained_model.h"

namespace pipeline::stage::evaluate {

/// The errors of one kind of forecast: on the scaled series, and in original units if there is a series.
class Score {
 public:
  Score(const Metrics& metrics, const MetricGroups& groups, std::int64_t series = 1)
      : scaled(metrics_in(metrics, MetricUnits::scaled), groups, series, false), original(metrics, groups, series) {}
  /// Adds a batch on the scaled series. Filled values (weight 0) count neither here nor in original units. `series` [B]: the number of each
  /// window's series; undefined for one series.
  void add(const Component<Loss>& loss, const Forecast& forecast, const Batch& batch, const torch::Tensor& series = {});
  /// NaN where nothing was counted.
  [[nodiscard]] double loss() const { return loss_sum_ / loss_count_; }

  PanelMetrics scaled, original;  ///< `scaled` holds only the metrics of the scaled series

 private:
  double loss_sum_ = 0, loss_count_ = 0;
};

/// One model on one split.
struct SplitResult {
  Split split = Split::test;
  std::int64_t windows = 0, values = 0;  ///< values: windows x own steps x targets, filled ones too
  std::int64_t series = 1;               ///< those of the panel
  std::int64_t without_scale = 0;        ///< forecasts that a transform cannot take: they are in no scaled error
  Score model;
  std::optional<Score> naive;  ///< absent for windows made elsewhere, which have no original units either

  [[nodiscard]] std::string name() const { return split_names[static_cast<std::size_t>(split)]; }
};

/// One model on all splits; the first is the main one.
struct ModelResult {
  TrainingRecord training;
  std::filesystem::path checkpoint;
  std::vector<std::string> targets;
  std::int64_t horizon = 0, shortest_horizon = 0;  ///< they differ where series have several horizons
  std::vector<SplitResult> splits;

  [[nodiscard]] const SplitResult& main() const { return splits.front(); }
};

/// The steps of all windows of a split: of each as many as the horizon of its series.
[[nodiscard]] std::int64_t count_steps(const Windows& windows, Split split);

struct SplitRequest {
  Split split;
  std::int64_t batch_size;
  torch::Device device;
  Metrics metrics;                        ///< the metrics to compute
  std::vector<SeriesScale> scales;        ///< [series, targets]; empty for windows made elsewhere
  std::function<void()> check_cancelled;  ///< throws when the run is to end; called before every batch
};

/// Forecasts every window of a split. Rows go to `predictions` and attention weights to `attention`, unless these are nullptr. Error (data)
/// if the split has no window.
[[nodiscard]] SplitResult evaluate_split(const TrainedModel& model, const Component<Loss>& loss, const SplitRequest& request,
                                         PredictionsFile* predictions, AttentionFile* attention = nullptr);

}  // namespace pipeline::stage::evaluate
