#include <memory>
#include <string>
#include <tuple>

#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

#include "pipeline/errors.h"
#include "train/fit_checkpoint.h"

namespace pipeline {

namespace {

using ParamState = std::unique_ptr<torch::optim::OptimizerParamState>;

/// PyTorch keeps the step as a float32 scalar tensor, older versions as a number.
std::int64_t step_of(const State& state) {
  const State& step = state.at("step");
  const auto* tensor = std::get_if<torch::Tensor>(&step.data);
  return tensor ? static_cast<std::int64_t>(tensor->item<double>()) : static_cast<std::int64_t>(step.number());
}

/// A copy of the entry for this parameter, undefined where it is absent or None.
torch::Tensor moment(const State& state, const char* name, const torch::Tensor& parameter) {
  const State* entry = state.find(name);
  if (!entry || std::holds_alternative<std::monostate>(entry->data)) return {};
  const torch::Tensor& saved = entry->tensor();
  if (saved.sizes() != parameter.sizes())
    throw training_error(std::string("the optimizer's state does not fit the model: ") + name + " has another shape than its weight");
  return saved.to(parameter.options(), /*non_blocking=*/false, /*copy=*/true);
}

torch::Tensor required_moment(const State& state, const char* name, const torch::Tensor& parameter) {
  torch::Tensor saved = moment(state, name, parameter);
  if (!saved.defined()) throw training_error(std::string("the optimizer's state is of another optimizer: it has no ") + name);
  return saved;
}

template <class Adam>
ParamState adam_state(const State& state, const torch::Tensor& parameter) {
  auto out = std::make_unique<Adam>();
  out->step(step_of(state));
  out->exp_avg(required_moment(state, "exp_avg", parameter));
  out->exp_avg_sq(required_moment(state, "exp_avg_sq", parameter));
  out->max_exp_avg_sq(moment(state, "max_exp_avg_sq", parameter));
  return out;
}

ParamState sgd_state(const State& state, const torch::Tensor& parameter) {
  auto out = std::make_unique<torch::optim::SGDParamState>();
  out->momentum_buffer(moment(state, "momentum_buffer", parameter));
  return out;
}

ParamState rmsprop_state(const State& state, const torch::Tensor& parameter) {
  auto out = std::make_unique<torch::optim::RMSpropParamState>();
  out->step(step_of(state));
  out->square_avg(required_moment(state, "square_avg", parameter));
  out->momentum_buffer(moment(state, "momentum_buffer", parameter));
  out->grad_avg(moment(state, "grad_avg", parameter));
  return out;
}

void take(const State& group, const char* name, double& value) {
  if (const State* entry = group.find(name)) value = entry->number();
}
void take(const State& group, const char* name, bool& value) {
  if (const State* entry = group.find(name)) value = entry->flag();
}
void take(const State& group, const char* name, std::tuple<double, double>& value) {
  const State* entry = group.find(name);
  if (!entry) return;
  if (entry->list().size() != 2) throw training_error("the optimizer's state has betas that are no pair");
  value = {entry->list()[0].number(), entry->list()[1].number()};
}

template <class Options>
void take_adam(const State& group, Options& options) {
  take(group, "lr", options.lr());
  take(group, "betas", options.betas());
  take(group, "eps", options.eps());
  take(group, "weight_decay", options.weight_decay());
  take(group, "amsgrad", options.amsgrad());
}

/// Takes a group's settings and makes the states of its parameters, for one kind of optimizer.
ParamState (*load_group(const State& group, torch::optim::OptimizerOptions& options))(const State&, const torch::Tensor&) {
  if (auto* adam = dynamic_cast<torch::optim::AdamOptions*>(&options)) {
    take_adam(group, *adam);
    return &adam_state<torch::optim::AdamParamState>;
  }
  if (auto* adamw = dynamic_cast<torch::optim::AdamWOptions*>(&options)) {
    take_adam(group, *adamw);
    return &adam_state<torch::optim::AdamWParamState>;
  }
  if (auto* sgd = dynamic_cast<torch::optim::SGDOptions*>(&options)) {
    take(group, "lr", sgd->lr());
    take(group, "momentum", sgd->momentum());
    take(group, "dampening", sgd->dampening());
    take(group, "weight_decay", sgd->weight_decay());
    take(group, "nesterov", sgd->nesterov());
    return &sgd_state;
  }
  if (auto* rms = dynamic_cast<torch::optim::RMSpropOptions*>(&options)) {
    take(group, "lr", rms->lr());
    take(group, "momentum", rms->momentum());
    take(group, "alpha", rms->alpha());
    take(group, "eps", rms->eps());
    take(group, "centered", rms->centered());
    take(group, "weight_decay", rms->weight_decay());
    return &rmsprop_state;
  }
  throw training_error("the state of this optimizer cannot be loaded: train with Adam, AdamW, SGD or RMSprop to continue a training");
}

/// The saved state of parameter `index`; nullptr where it has none yet.
const State* state_at(const State& states, std::int64_t index) {
  const auto* by_number = std::get_if<State::IntMap>(&states.data);
  if (!by_number) return nullptr;
  const auto found = by_number->find(index);
  return found == by_number->end() ? nullptr : &found->second;
}

}  // namespace

void load_optimizer_state(torch::optim::Optimizer& optimizer, const State& state) {
  const State::List& groups = state.at("param_groups").list();
  if (groups.size() != optimizer.param_groups().size())
    throw training_error("the optimizer's state has " + std::to_string(groups.size()) + " parameter groups, this training has " +
                         std::to_string(optimizer.param_groups().size()));
  for (std::size_t g = 0; g < groups.size(); ++g) {
    torch::optim::OptimizerParamGroup& group = optimizer.param_groups()[g];
    const State::List& indices = groups[g].at("params").list();
    if (indices.size() != group.params().size())
      throw training_error("the optimizer's state is of " + std::to_string(indices.size()) + " weights, the model has " +
                           std::to_string(group.params().size()));
    const auto make = load_group(groups[g], group.options());
    for (std::size_t i = 0; i < indices.size(); ++i) {
      torch::Tensor& parameter = group.params()[i];
      if (const State* saved = state_at(state.at("state"), indices[i].integer()))
        optimizer.state()[parameter.unsafeGetTensorImpl()] = make(*saved, parameter);
    }
  }
}

}  // namespace pipeline
