#include "report.h"

namespace pipeline::stage::train {

std::map<std::string, double> headline_metrics(const FitResult& result) {
  std::map<std::string, double> all = result.best_metrics;
  for (const EpochRecord& record : result.history) {
    if (result.best_metrics.empty() && !record.val.empty()) all = record.val;
  }
  std::erase_if(all, [](const auto& metric) { return metric.first.starts_with("train_loss"); });
  return all;
}

void add_result(TrainingRecord& record, const FitResult& result) {
  record.epochs = result.epochs;
  record.steps = result.steps;
  record.stopped_by = result.stopped_by;
  record.history = result.history;
  if (!result.checkpoints) return;
  record.monitor = result.checkpoints->monitor;
  record.mode = result.checkpoints->mode;
  record.score = result.checkpoints->best_score;
}

}  // namespace pipeline::stage::train
