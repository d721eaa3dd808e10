#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/torch/loss.h"
#include "pipeline/train/forecaster.h"
#include "pipeline/train/metric_set.h"
#include "train/loader.h"
#include "train/trainer.h"

namespace pipeline {

/// Runs the validation split through the model, with hooks, and leaves the metrics in the trainer.
class Validation {
 public:
  /// Measures those of `metrics` that are of the scaled series and need a point forecast only.
  Validation(const Forecaster& forecaster, const Component<Loss>& loss, const Loader& loader, const ModelShape& shape,
             const Metrics& metrics);

  /// At most `batches` batches. Metrics are over all of them: undefined ones (no value, constant target) are left out.
  void run(FitTrainer& trainer, std::int64_t batches);

  /// The names of all that is measured: "val_loss", "val_rmse", ... The logged ones come first.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// The names that go to loggers and into the curve: val_loss, four metrics that the recipe logs, and what is monitored.
  [[nodiscard]] const std::vector<std::string>& logged() const { return logged_; }
  /// Logs `name` from now on, if it is measured.
  void log_too(const std::string& name);

 private:
  /// Sums the configured loss and the metrics over the batches.
  void measure(FitTrainer& trainer, std::int64_t batches);
  /// The metric of that name; nothing where it is undefined.
  [[nodiscard]] std::optional<double> value(const std::string& name) const;

  const Forecaster& forecaster_;
  const Component<Loss>& loss_;
  const Loader& loader_;
  MetricSet metrics_;
  std::vector<std::string> names_, logged_;
  double loss_sum_ = 0, loss_count_ = 0;
};

}  // namespace pipeline
