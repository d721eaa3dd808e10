#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/torch/loss.h"
#include "pipeline/train/collective.h"
#include "pipeline/train/forecaster.h"
#include "pipeline/train/metric_set.h"
#include "train/loader.h"
#include "train/trainer.h"

namespace pipeline {

/// Runs the validation split through the model, with hooks, and stores the metrics in the trainer.
class Validation {
 public:
  /// Measures those of `metrics` that use the scaled series and need only a point forecast.
  Validation(const Forecaster& forecaster, const Component<Loss>& loss, const Loader& loader, const ModelShape& shape,
             const Metrics& metrics, Collective* collective);

  /// Runs at most `batches` batches, each rank its part of them. Metrics are over all of them; an undefined metric (no value, constant
  /// target) is left out.
  void run(FitTrainer& trainer, std::int64_t batches);

  /// The names of all measured metrics: "val_loss", "val_rmse", ... The logged ones come first.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// The names for loggers and the curve: val_loss, the four metrics that the recipe logs, and monitored metrics.
  [[nodiscard]] const std::vector<std::string>& logged() const { return logged_; }
  /// Logs `name` from now on, if it is measured.
  void log_too(const std::string& name);

 private:
  /// Sums the configured loss and the metrics over the batches.
  void measure(FitTrainer& trainer, std::int64_t batches);
  /// Makes all sums those of all ranks together, added in the order of ranks.
  void merge_ranks();
  /// The metric of that name; nullopt if it is undefined.
  [[nodiscard]] std::optional<double> value(const std::string& name) const;

  const Forecaster& forecaster_;
  const Component<Loss>& loss_;
  const Loader& loader_;
  Collective* collective_;  ///< nullptr: one process measures alone
  MetricSet metrics_;
  std::vector<std::string> names_, logged_;
  double loss_sum_ = 0, loss_count_ = 0;
};

}  // namespace pipeline
