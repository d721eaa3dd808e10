#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/torch/loss.h"
#include "pipeline/train/forecaster.h"
#include "pipeline/train/metrics.h"
#include "train/loader.h"
#include "train/trainer.h"

namespace pipeline {

/// The metrics that a validation gives, in the order in which they are logged.
inline constexpr std::array<const char*, 5> validation_metrics{"val_loss", "val_rmse", "val_mape", "val_r2", "avg_val_abs_accuracy"};

/// Runs the validation split through the model, with hooks, and leaves the metrics in the trainer.
class Validation {
 public:
  Validation(const Forecaster& forecaster, const Component<Loss>& loss, const Loader& loader, const ModelShape& shape);

  /// At most `batches` batches. Metrics are over all of them: undefined ones (no value, constant target) are left out.
  void run(FitTrainer& trainer, std::int64_t batches);

 private:
  /// Sums the configured loss and the metrics over the batches.
  void measure(FitTrainer& trainer, std::int64_t batches);
  /// Name and value in logging order.
  [[nodiscard]] std::vector<std::pair<std::string, double>> values() const;

  const Forecaster& forecaster_;
  const Component<Loss>& loss_;
  const Loader& loader_;
  MetricAccumulator metrics_;
  double loss_sum_ = 0, loss_count_ = 0;
};

}  // namespace pipeline
