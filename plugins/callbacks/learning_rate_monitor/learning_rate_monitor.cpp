#include "learning_rate_monitor.h"

#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

#include "pipeline/errors.h"

namespace pipeline::callbacks::learning_rate_monitor {

namespace {

/// Momentum (the first beta of Adam and AdamW) and weight decay; 0 if the optimizer has none.
struct Settings {
  double momentum = 0, weight_decay = 0;
};

Settings settings_of(const torch::optim::OptimizerOptions& options) {
  if (const auto* adam = dynamic_cast<const torch::optim::AdamOptions*>(&options)) {
    return {std::get<0>(adam->betas()), adam->weight_decay()};
  }
  if (const auto* adamw = dynamic_cast<const torch::optim::AdamWOptions*>(&options)) {
    return {std::get<0>(adamw->betas()), adamw->weight_decay()};
  }
  if (const auto* sgd = dynamic_cast<const torch::optim::SGDOptions*>(&options)) return {sgd->momentum(), sgd->weight_decay()};
  if (const auto* rmsprop = dynamic_cast<const torch::optim::RMSpropOptions*>(&options)) {
    return {rmsprop->momentum(), rmsprop->weight_decay()};
  }
  return {};
}

}  // namespace

void LearningRateMonitor::on_train_start(Trainer& trainer) {
  if (trainer.has_loggers() || trainer.fast_dev_run() || !trainer.optimizer()) return;
  throw usage_error("LearningRateMonitor has no logger to write to: add [[loggers]] with type = \"TensorBoardLogger\", or leave it out");
}

void LearningRateMonitor::on_train_epoch_start(Trainer& trainer) {
  if (options_.logging_interval != "step") log(trainer);
}

Action LearningRateMonitor::on_train_batch_start(Trainer& trainer, std::int64_t) {
  const bool logged_step = (trainer.global_step() + 1) % trainer.log_every_n_steps() == 0;
  if (logged_step && options_.logging_interval != "epoch") log(trainer);
  return Action::proceed();
}

void LearningRateMonitor::log(Trainer& trainer) const {
  if (!trainer.optimizer() || !trainer.has_loggers()) return;
  const auto& groups = trainer.optimizer()->param_groups();
  std::vector<std::pair<std::string, double>> scalars;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::string name = "lr-" + trainer.optimizer_name() + (groups.size() > 1 ? "/pg" + std::to_string(i + 1) : "");
    const auto& options = groups[i].options();
    scalars.emplace_back(name, options.get_lr());
    const Settings settings = settings_of(options);
    if (options_.log_momentum) scalars.emplace_back(name + "-momentum", settings.momentum);
    if (options_.log_weight_decay) scalars.emplace_back(name + "-weight_decay", settings.weight_decay);
  }
  trainer.log_scalars(scalars);
}

}  // namespace pipeline::callbacks::learning_rate_monitor
