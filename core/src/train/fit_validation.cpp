#include "train/fit_validation.h"

#include "train/fit_step.h"

namespace pipeline {

Validation::Validation(const Forecaster& forecaster, const Component<Loss>& loss, const Loader& loader, const ModelShape& shape)
    : forecaster_(forecaster), loss_(loss), loader_(loader), metrics_(shape.horizon, shape.targets) {}

void Validation::run(FitTrainer& trainer, std::int64_t batches) {
  const torch::NoGradGuard no_grad;
  const bool was_training = trainer.model().is_training();
  trainer.model().eval();
  trainer.each("on_validation_start", &Callback::on_validation_start);
  trainer.each("on_validation_epoch_start", &Callback::on_validation_epoch_start);
  measure(trainer, batches);

  std::vector<std::pair<std::string, double>> scalars = values();
  if (!trainer.sanity_checking()) {
    for (const char* name : validation_metrics) trainer.metrics.erase(name);
    for (const auto& [name, value] : scalars) trainer.metrics[name] = value;
  }
  trainer.each("on_validation_epoch_end", &Callback::on_validation_epoch_end);
  if (!trainer.sanity_checking()) trainer.log_with_epoch(std::move(scalars));
  trainer.ask("on_validation_end", &Callback::on_validation_end);
  trainer.model().train(was_training);
}

void Validation::measure(FitTrainer& trainer, std::int64_t batches) {
  metrics_.reset();
  loss_sum_ = loss_count_ = 0;
  const auto pass = loader_.begin(batches);
  std::int64_t index = 0;
  while (const std::optional<Batch> batch = pass->next()) {
    const Forecast forecast = forecaster_(*batch);
    const double count = batch->weight.defined() ? batch->weight.sum().item<double>() : static_cast<double>(batch->y.numel());
    if (count > 0) loss_sum_ += batch_loss(loss_, forecast, *batch).item<double>() * count;
    loss_count_ += count;
    metrics_.add(forecast.values, batch->y, batch->weight);
    const ValidationBatchEnd end{.batch = *batch, .batch_index = index, .forecast = forecast};
    trainer.each("on_validation_batch_end", &Callback::on_validation_batch_end, end);
    ++index;
  }
  trainer.progress.val_batches_run = index;
}

std::vector<std::pair<std::string, double>> Validation::values() const {
  const MetricValues all = metrics_.all();
  std::vector<std::pair<std::string, double>> scalars;
  if (loss_count_ > 0) scalars = {{validation_metrics[0], loss_sum_ / loss_count_}, {validation_metrics[1], all.rmse}};
  if (all.mape) scalars.emplace_back(validation_metrics[2], *all.mape);
  if (all.r2) scalars.emplace_back(validation_metrics[3], *all.r2);
  if (all.avg_abs_accuracy) scalars.emplace_back(validation_metrics[4], *all.avg_abs_accuracy);
  return scalars;
}

}  // namespace pipeline
