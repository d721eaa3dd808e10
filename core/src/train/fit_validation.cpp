#include "train/fit_validation.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/metric_names.h"
#include "pipeline/host/component_call.h"
#include "train/training_step.h"

namespace pipeline {

namespace {

constexpr const char* loss_name = "val_loss";
constexpr std::array<const char*, 5> always_logged{loss_name, "val_rmse", "val_mape", "val_r2", "avg_val_abs_accuracy"};

Metrics measurable(const Metrics& metrics) {
  Metrics out;
  std::ranges::copy_if(metrics, std::back_inserter(out), [](const auto& metric) { return is_validated(metric->info()); });
  return out;
}

std::string name_of(const std::shared_ptr<const Metric>& metric) { return metric_key(metric->info(), "val"); }

bool contains(const std::vector<std::string>& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

}  // namespace

Validation::Validation(const Forecaster& forecaster, const Component<Loss>& loss, const Loader& loader, const ModelShape& shape,
                       const Metrics& metrics, Collective* collective)
    : forecaster_(forecaster),
      loss_(loss),
      loader_(loader),
      collective_(collective),
      metrics_(measurable(metrics), {.steps = shape.horizon, .targets = shape.targets}) {
  std::vector<std::string> measured{loss_name};
  std::ranges::transform(metrics_.metrics(), std::back_inserter(measured), name_of);
  for (const char* name : always_logged) {
    if (contains(measured, name)) logged_.emplace_back(name);
  }
  names_ = logged_;
  std::ranges::copy_if(measured, std::back_inserter(names_), [&](const std::string& name) { return !contains(logged_, name); });
}

void Validation::log_too(const std::string& name) {
  if (contains(names_, name) && !contains(logged_, name)) logged_.push_back(name);
}

void Validation::run(FitTrainer& trainer, std::int64_t batches) {
  const torch::NoGradGuard no_grad;
  const bool was_training = trainer.model().is_training();
  trainer.model().eval();
  trainer.each("on_validation_start", &Callback::on_validation_start);
  trainer.each("on_validation_epoch_start", &Callback::on_validation_epoch_start);
  measure(trainer, batches);

  if (!trainer.sanity_checking()) {
    for (const std::string& name : names_) {
      trainer.state.metrics.erase(name);
      if (const auto measured = value(name)) trainer.state.metrics[name] = *measured;
    }
  }
  trainer.each("on_validation_epoch_end", &Callback::on_validation_epoch_end);
  if (!trainer.sanity_checking()) {
    std::vector<std::pair<std::string, double>> scalars;
    for (const std::string& name : logged_) {
      if (const auto found = trainer.state.metrics.find(name); found != trainer.state.metrics.end()) scalars.push_back(*found);
    }
    trainer.log_with_epoch(std::move(scalars));
  }
  trainer.ask("on_validation_end", &Callback::on_validation_end);
  trainer.model().train(was_training);
}

void Validation::measure(FitTrainer& trainer, std::int64_t batches) {
  metrics_.reset();
  loss_sum_ = loss_count_ = 0;
  const auto pass = loader_.begin(batches);
  std::int64_t index = 0;
  while (const std::optional<Batch> batch = pass->next()) {
    Forecast forecast = forecaster_(*batch);
    const double count = batch->weight.defined() ? batch->weight.sum().item<double>() : static_cast<double>(batch->y.numel());
    if (count > 0) loss_sum_ += batch_loss(loss_, forecast, *batch).item<double>() * count;
    loss_count_ += count;
    if (forecast.quantiles.defined() || forecast.parameters.defined())
      forecast = call(loss_, "complete", &Loss::complete, std::move(forecast), std::span<const double>());
    metrics_.add({.forecast = forecast.values, .truth = batch->y, .weight = batch->weight});
    const ValidationBatchEnd end{.batch = *batch, .batch_index = index, .forecast = forecast};
    trainer.each("on_validation_batch_end", &Callback::on_validation_batch_end, end);
    ++index;
  }
  trainer.state.progress.val_batches_run = index;
  if (collective_) merge_ranks();
}

void Validation::merge_ranks() {
  std::vector<double> own = metrics_.sums();
  own.insert(own.end(), {loss_sum_, loss_count_});
  const auto width = static_cast<std::int64_t>(own.size());
  torch::Tensor all = torch::empty({collective_->world(), width}, torch::kDouble);
  collective_->all_gather(torch::tensor(own, torch::kDouble), all);
  metrics_.reset();
  loss_sum_ = loss_count_ = 0;
  for (std::int64_t rank = 0; rank < collective_->world(); ++rank) {
    const std::span<const double> sums(all.const_data_ptr<double>() + rank * width, own.size());
    metrics_.merge(sums.first(own.size() - 2));
    loss_sum_ += sums[own.size() - 2];
    loss_count_ += sums[own.size() - 1];
  }
}

std::optional<double> Validation::value(const std::string& name) const {
  if (name == loss_name) return loss_count_ > 0 ? std::optional(loss_sum_ / loss_count_) : std::nullopt;
  const auto metric = std::ranges::find(metrics_.metrics(), name, name_of);
  return metrics_.value(static_cast<std::size_t>(metric - metrics_.metrics().begin()));
}

}  // namespace pipeline
