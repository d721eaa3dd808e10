#include "pipeline/train/optimizer.h"

namespace pipeline {

StateEntries::~StateEntries() = default;

const State* StateEntries::get(const char* name) {
  named_.emplace_back(name);
  const State* entry = saved_->find(name);
  return entry && !entry->is_null() ? entry : nullptr;
}

Error StateEntries::other_class(const std::string& thing) {
  return training_error(thing +
                        " of another class than the one it names when its state is saved: its author must name the class that "
                        "step() uses");
}

void GroupEntries::setting(const char* name, double& value) {
  if (!loading()) return put(name, value);
  if (const State* entry = saved().find(name)) value = entry->as_double();
}

void GroupEntries::setting(const char* name, bool& value) {
  if (!loading()) return put(name, value);
  if (const State* entry = saved().find(name)) value = entry->as_bool();
}

void GroupEntries::setting(const char* name, std::int64_t& value) {
  if (!loading()) return put(name, value);
  if (const State* entry = saved().find(name)) value = entry->as_int();
}

void GroupEntries::setting(const char* name, std::tuple<double, double>& pair) {
  if (!loading()) return put(name, State::Tuple{{std::get<0>(pair), std::get<1>(pair)}});
  const State* entry = saved().find(name);
  if (!entry) return;
  const State::List& numbers = entry->as_list();
  if (numbers.size() != 2) throw training_error(std::string("the optimizer's state has ") + name + " that are no pair");
  pair = {numbers[0].as_double(), numbers[1].as_double()};
}

void GroupEntries::constant(const char* name, State value) {
  if (!loading()) put(name, std::move(value));
}

void GroupEntries::learning_rate() {
  double rate = options_.get_lr();
  setting("lr", rate);
  if (loading()) options_.set_lr(rate);
}

const State& WeightEntries::required(const char* name) {
  if (const State* entry = get(name)) return *entry;
  throw training_error(std::string("the optimizer's state is of another optimizer: it has no ") + name);
}

void WeightEntries::step(std::int64_t& count) {
  if (!loading()) return put("step", torch::tensor(static_cast<float>(count)));
  static_cast<void>(get("step"));
  const State& entry = saved().at("step");  // older versions of PyTorch save a number
  count = static_cast<std::int64_t>(entry.is_tensor() ? entry.as_tensor().item<double>() : entry.as_double());
}

void WeightEntries::number(const char* name, double& value) {
  if (!loading()) return put(name, value);
  value = required(name).as_double();
}

void WeightEntries::number(const char* name, std::int64_t& value) {
  if (!loading()) return put(name, value);
  value = required(name).as_int();
}

void WeightEntries::moment(const char* name, torch::Tensor& moment, bool required) {
  tensor(name, moment, required);
  if (!loading() || !moment.defined()) return;
  if (moment.sizes() != weight_.sizes())
    throw training_error(std::string("the optimizer's state does not fit the model: ") + name + " has another shape than its weight");
  moment = moment.to(weight_.options());
}

void WeightEntries::tensor(const char* name, torch::Tensor& tensor, bool required) {
  if (loading()) {
    const State* entry = required ? &this->required(name) : get(name);
    tensor = entry ? entry->as_tensor().to(weight_.device(), entry->as_tensor().scalar_type(), /*non_blocking=*/false, /*copy=*/true)
                   : torch::Tensor();
  } else if (tensor.defined()) {
    put(name, tensor.detach().cpu());
  }
}

}  // namespace pipeline
