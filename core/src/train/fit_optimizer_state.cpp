#include <algorithm>
#include <iterator>

#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

#include "train/fit_checkpoint.h"

namespace pipeline {

namespace {

/// PyTorch keeps the step as a float32 scalar tensor.
State step_tensor(std::int64_t step) { return torch::tensor(static_cast<float>(step)); }

void put(State::Map& map, const char* name, const torch::Tensor& tensor) {
  if (tensor.defined()) map.emplace_back(name, tensor.detach().cpu());
}

template <class Adam>
State::Map adam_moments(const Adam& state) {
  State::Map map{{"step", step_tensor(state.step())}};
  put(map, "exp_avg", state.exp_avg());
  put(map, "exp_avg_sq", state.exp_avg_sq());
  put(map, "max_exp_avg_sq", state.max_exp_avg_sq());
  return map;
}

State::Map parameter_state(const torch::optim::OptimizerParamState& state) {
  if (const auto* adam = dynamic_cast<const torch::optim::AdamParamState*>(&state)) return adam_moments(*adam);
  if (const auto* adamw = dynamic_cast<const torch::optim::AdamWParamState*>(&state)) return adam_moments(*adamw);
  State::Map map;
  if (const auto* sgd = dynamic_cast<const torch::optim::SGDParamState*>(&state)) {
    put(map, "momentum_buffer", sgd->momentum_buffer());
  } else if (const auto* rms = dynamic_cast<const torch::optim::RMSpropParamState*>(&state)) {
    map.emplace_back("step", step_tensor(rms->step()));
    put(map, "square_avg", rms->square_avg());
    put(map, "momentum_buffer", rms->momentum_buffer());
    put(map, "grad_avg", rms->grad_avg());
  }
  return map;
}

/// Settings that PyTorch's groups have and C++'s don't, at PyTorch's defaults.
void add_switches(State::Map& map) {
  for (const char* name : {"maximize", "capturable", "differentiable"}) map.emplace_back(name, false);
  map.emplace_back("foreach", State());
}

template <class Options>
State::Map adam_group(const Options& o, bool decoupled) {
  const auto [beta1, beta2] = o.betas();
  State::Map map{{"lr", o.lr()},           {"betas", State::Tuple{{beta1, beta2}}}, {"eps", o.eps()}, {"weight_decay", o.weight_decay()},
                 {"amsgrad", o.amsgrad()}, {"decoupled_weight_decay", decoupled}};
  add_switches(map);
  map.emplace_back("fused", State());
  return map;
}

State::Map group_settings(const torch::optim::OptimizerOptions& options) {
  if (const auto* adam = dynamic_cast<const torch::optim::AdamOptions*>(&options)) return adam_group(*adam, false);
  if (const auto* adamw = dynamic_cast<const torch::optim::AdamWOptions*>(&options)) return adam_group(*adamw, true);
  State::Map map{{"lr", options.get_lr()}};
  if (const auto* sgd = dynamic_cast<const torch::optim::SGDOptions*>(&options)) {
    map.insert(map.end(), {{"momentum", sgd->momentum()},
                           {"dampening", sgd->dampening()},
                           {"weight_decay", sgd->weight_decay()},
                           {"nesterov", sgd->nesterov()},
                           {"maximize", false},
                           {"foreach", State()},
                           {"differentiable", false},
                           {"fused", State()}});
  } else if (const auto* rms = dynamic_cast<const torch::optim::RMSpropOptions*>(&options)) {
    map.insert(map.end(), {{"momentum", rms->momentum()},
                           {"alpha", rms->alpha()},
                           {"eps", rms->eps()},
                           {"centered", rms->centered()},
                           {"weight_decay", rms->weight_decay()}});
    add_switches(map);
  }
  return map;
}

}  // namespace

State optimizer_state(torch::optim::Optimizer& optimizer, const Scheduler* scheduler) {
  State::IntMap states;
  State::List groups;
  std::int64_t index = 0;
  for (const torch::optim::OptimizerParamGroup& group : optimizer.param_groups()) {
    State::List indices;
    for (const torch::Tensor& parameter : group.params()) {
      const auto found = optimizer.state().find(parameter.unsafeGetTensorImpl());
      if (found != optimizer.state().end()) states.emplace(index, parameter_state(*found->second));
      indices.emplace_back(index++);
    }
    State::Map settings = group_settings(group.options());
    if (scheduler) std::ranges::move(scheduler->group_entries(groups.size()), std::back_inserter(settings));
    settings.emplace_back("params", std::move(indices));
    groups.emplace_back(std::move(settings));
  }
  return State::Map{{"state", std::move(states)}, {"param_groups", std::move(groups)}};
}

}  // namespace pipeline
