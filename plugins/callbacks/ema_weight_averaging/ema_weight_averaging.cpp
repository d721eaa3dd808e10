#include "ema_weight_averaging.h"

#include <ATen/Functions.h>
#include <torch/nn/module.h>

#include "pipeline/errors.h"

namespace pipeline::callbacks::ema_weight_averaging {

namespace {

std::vector<std::pair<std::string, torch::Tensor>> weights_of(const Model& model, bool with_buffers) {
  std::vector<std::pair<std::string, torch::Tensor>> weights;
  for (const auto& parameter : model.named_parameters()) weights.emplace_back(parameter.key(), parameter.value());
  if (with_buffers) {
    for (const auto& buffer : model.named_buffers()) weights.emplace_back(buffer.key(), buffer.value());
  }
  return weights;
}

}  // namespace

void EMAWeightAveraging::setup(Trainer& trainer) {
  average_ = weights_of(trainer.model(), options_.use_buffers);
  for (auto& [name, tensor] : average_) tensor = tensor.detach().clone();
}

bool EMAWeightAveraging::updates_at_step(std::int64_t step) const {
  const bool begun =
      options_.update_starting_at_step.is_null() || static_cast<double>(step) >= options_.update_starting_at_step.as_double();
  return begun && options_.update_every_n_steps > 0 && step % options_.update_every_n_steps == 0;
}

bool EMAWeightAveraging::updates_at_epoch(std::int64_t epoch) const {
  return !options_.update_starting_at_epoch.is_null() && static_cast<double>(epoch) >= options_.update_starting_at_epoch.as_double();
}

void EMAWeightAveraging::update(Trainer& trainer) {
  const torch::NoGradGuard no_grad;
  const Named now = weights_of(trainer.model(), options_.use_buffers);
  for (std::size_t i = 0; i < average_.size(); ++i) {
    torch::Tensor& average = average_[i].second;
    // The first update copies the weights, as AveragedModel does. Integer buffers have no mean: every update copies them.
    if (updates_ == 0 || !average.is_floating_point()) {
      average.copy_(now[i].second);
    } else {
      average.copy_(average * options_.decay + now[i].second * (1 - options_.decay));
    }
  }
  ++updates_;
}

Action EMAWeightAveraging::on_train_batch_end(Trainer& trainer, const BatchEnd&) {
  const std::int64_t steps = trainer.global_step();
  if (steps > latest_update_step_ && updates_at_step(steps - 1)) {
    update(trainer);
    latest_update_step_ = steps;
  }
  return Action::proceed();
}

Action EMAWeightAveraging::on_train_epoch_end(Trainer& trainer) {
  if (updates_at_epoch(trainer.current_epoch())) update(trainer);
  return Action::proceed();
}

void EMAWeightAveraging::swap(Trainer& trainer) {
  if (updates_ == 0) return;
  const torch::NoGradGuard no_grad;
  const Named now = weights_of(trainer.model(), options_.use_buffers);
  for (std::size_t i = 0; i < average_.size(); ++i) {
    const torch::Tensor kept = average_[i].second.clone();
    average_[i].second.copy_(now[i].second);
    torch::Tensor(now[i].second).copy_(kept);
  }
}

void EMAWeightAveraging::on_train_end(Trainer& trainer) {
  if (updates_ == 0) {
    trainer.log().warning(
        "EMAWeightAveraging has averaged nothing: the training ended before its first update, which update_starting_at_step, "
        "update_every_n_steps and update_starting_at_epoch decide; the model keeps its trained weights");
    return;
  }
  const torch::NoGradGuard no_grad;
  const Named now = weights_of(trainer.model(), options_.use_buffers);
  for (std::size_t i = 0; i < average_.size(); ++i) torch::Tensor(now[i].second).copy_(average_[i].second);
}

State EMAWeightAveraging::state_dict() const { return State::Map{{"latest_update_step", latest_update_step_}}; }

void EMAWeightAveraging::load_state_dict(const State& state) { latest_update_step_ = state.at("latest_update_step").as_int(); }

void EMAWeightAveraging::on_save_checkpoint(Trainer&, State& content) {
  State* weights = content.find("state_dict");
  if (!weights) return;
  State current = *weights;
  for (const auto& [name, tensor] : average_) {
    if (State* entry = updates_ > 0 ? weights->find(name) : nullptr) *entry = tensor.clone();
  }
  State::Map& entries = content.as_map();
  entries.emplace_back("current_model_state", std::move(current));
  entries.emplace_back("averaging_state", State::Map{{"n_averaged", at::scalar_tensor(updates_, at::kLong)}});
}

void EMAWeightAveraging::on_load_checkpoint(Trainer& trainer, const State& content) {
  const torch::NoGradGuard no_grad;
  setup(trainer);  // the model holds the checkpoint's state_dict, which is the average if there was one
  const State* current = content.find("current_model_state");
  const State* averaging = content.find("averaging_state");
  if (!current || !averaging) return;
  updates_ = averaging->at("n_averaged").as_tensor().item<std::int64_t>();
  for (const auto& [name, tensor] : weights_of(trainer.model(), options_.use_buffers)) {
    const torch::Tensor& saved = current->at(name).as_tensor();
    if (saved.sizes() != tensor.sizes()) throw training_error("the checkpoint's current_model_state does not fit the model: " + name);
    torch::Tensor(tensor).copy_(saved);
  }
}

}  // namespace pipeline::callbacks::ema_weight_averaging
