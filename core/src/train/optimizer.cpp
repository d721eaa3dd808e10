#include "pipeline/train/optimizer.h"

#include <algorithm>

namespace pipeline {

namespace {

/// The saved state of the weight with that index; nullptr if there is none. An empty dict is read as a Map, as it has no integer keys.
const State* state_at(const State& states, std::int64_t index) {
  if (states.is_map() && states.as_map().empty()) return nullptr;
  const State::IntMap& by_index = states.as_int_map();
  const auto found = by_index.find(index);
  return found == by_index.end() ? nullptr : &found->second;
}

}  // namespace

Optimizer::~Optimizer() = default;

State Optimizer::state_dict() {
  torch::optim::Optimizer& optimizer = torch_optimizer();
  State::IntMap states;
  State::List groups;
  std::int64_t index = 0;
  for (torch::optim::OptimizerParamGroup& group : optimizer.param_groups()) {
    State::List indices;
    for (const torch::Tensor& weight : group.params()) {
      const auto kept = optimizer.state().find(weight.unsafeGetTensorImpl());
      if (kept != optimizer.state().end()) {
        WeightEntries entries(group.options(), nullptr, weight, kept->second);
        weight_entries(entries);
        states.emplace(index, std::move(entries.written_));
      }
      indices.emplace_back(index++);
    }
    GroupEntries settings(group.options(), nullptr);
    settings.learning_rate();
    group_entries(settings);
    settings.put("params", std::move(indices));
    groups.emplace_back(std::move(settings.written_));
  }
  return State::Map{{"state", std::move(states)}, {"param_groups", std::move(groups)}};
}

void Optimizer::load_state_dict(const State& state) {
  torch::optim::Optimizer& optimizer = torch_optimizer();
  const State::List& groups = state.at("param_groups").as_list();
  if (groups.size() != optimizer.param_groups().size())
    throw training_error("the optimizer's state has " + std::to_string(groups.size()) + " parameter groups, this training has " +
                         std::to_string(optimizer.param_groups().size()));
  optimizer.state().clear();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    torch::optim::OptimizerParamGroup& group = optimizer.param_groups()[g];
    const State::List& indices = groups[g].at("params").as_list();
    if (indices.size() != group.params().size())
      throw training_error("the optimizer's state is of " + std::to_string(indices.size()) + " weights, the model has " +
                           std::to_string(group.params().size()));
    GroupEntries settings(group.options(), &groups[g]);
    settings.learning_rate();
    group_entries(settings);
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const torch::Tensor& weight = group.params()[i];
      const State* saved = state_at(state.at("state"), indices[i].as_int());
      if (!saved) continue;
      std::unique_ptr<torch::optim::OptimizerParamState> kept;
      WeightEntries entries(group.options(), saved, weight, kept);
      weight_entries(entries);
      for (const auto& [name, entry] : saved->as_map()) {
        if (entry.is_null() || std::ranges::find(entries.named_, name) != entries.named_.end()) continue;
        throw training_error("the optimizer's state is of another optimizer: it has " + name + ", which this one does not keep");
      }
      if (kept) optimizer.state()[weight.unsafeGetTensorImpl()] = std::move(kept);
    }
  }
}

void Optimizer::group_entries(GroupEntries&) {}

void Optimizer::weight_entries(WeightEntries& entries) {
  if (entries.loading()) return;
  throw training_error(
      "it keeps something of each weight and does not say how that is saved: its author must override weight_entries() "
      "(pipeline/train/optimizer.h)");
}

}  // namespace pipeline
