// How optimizers save and load their state. tests/interop tests that PyTorch continues from it.
#include "pipeline/train/optimizer.h"

#include <doctest/doctest.h>
#include <torch/optim/sgd.h>
#include <torch/types.h>

#include "pipeline/errors.h"
#include "unit/train/built_plugin.h"

using namespace pipeline;

namespace {

using Names = std::vector<std::string>;

Names names_of(const State& map) {
  Names names;
  for (const auto& [name, entry] : map.as_map()) names.push_back(name);
  return names;
}

/// A shipped optimizer of two weights, after two steps on the sum of their squares.
struct Stepped {
  Stepped(const Registry& registry, const std::string& type, const Value& options)
      : weights{torch::ones({2, 3}).requires_grad_(), torch::ones({4}).requires_grad_()},
        optimizer(registry.make<Optimizer>(type, options, weights)) {
    for (int i = 0; i < 2; ++i) {
      optimizer->torch_optimizer().zero_grad();
      (weights[0].square().sum() + weights[1].square().sum()).backward();
      optimizer->torch_optimizer().step();
    }
  }
  std::vector<torch::Tensor> weights;
  std::unique_ptr<Optimizer> optimizer;
};

std::string refusal(Optimizer& optimizer, const State& state) {
  try {
    optimizer.load_state_dict(state);
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::training);
    return error.what();
  }
  return "";
}

/// The entry `name` of the first weight's state.
State& first_weight(State& state, const std::string& name) {
  return const_cast<State::IntMap&>(state.at("state").as_int_map()).at(0).at(name);
}

/// Keeps the state of LibTorch's SGD, but names it by a class of its own.
class Mistaken final : public TorchOptimizer<torch::optim::SGD> {
 public:
  struct Other final : torch::optim::OptimizerParamState {};
  struct OtherOptions final : torch::optim::OptimizerCloneableOptions<OtherOptions> {};
  bool of_group = false;
  using TorchOptimizer::TorchOptimizer;

 protected:
  void group_entries(GroupEntries& entries) override {
    if (of_group) static_cast<void>(entries.options<OtherOptions>());
  }
  void weight_entries(WeightEntries& entries) override { static_cast<void>(entries.kept<Other>()); }
};

}  // namespace

TEST_CASE("a state has PyTorch's names in its order") {
  Registry registry;
  test::load_built_plugin(registry, "torch_optimizers");
  struct Form {
    const char* type;
    Value options;
    Names weight, group;
  };
  const Names adam{"lr",         "betas",          "eps",     "weight_decay", "amsgrad", "decoupled_weight_decay", "maximize",
                   "capturable", "differentiable", "foreach", "fused",        "params"};
  const std::vector<Form> forms{
      {"Adam", Value::Map{}, {"step", "exp_avg", "exp_avg_sq"}, adam},
      {"AdamW", Value::Map{{"amsgrad", true}}, {"step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"}, adam},
      {"SGD",
       Value::Map{{"momentum", 0.9}},
       {"momentum_buffer"},
       {"lr", "momentum", "dampening", "weight_decay", "nesterov", "maximize", "foreach", "differentiable", "fused", "params"}},
      {"RMSprop",
       Value::Map{{"momentum", 0.5}, {"centered", true}},
       {"step", "square_avg", "momentum_buffer", "grad_avg"},
       {"lr", "momentum", "alpha", "eps", "centered", "weight_decay", "maximize", "capturable", "differentiable", "foreach", "params"}}};
  for (const Form& form : forms) {
    CAPTURE(form.type);
    const State state = Stepped(registry, form.type, form.options).optimizer->state_dict();
    CHECK(names_of(state) == Names{"state", "param_groups"});
    REQUIRE(state.at("state").as_int_map().size() == 2);
    CHECK(names_of(state.at("state").as_int_map().at(1)) == form.weight);
    CHECK(names_of(state.at("param_groups").as_list().front()) == form.group);
    CHECK(state.at("param_groups").as_list().front().at("params").to_value() == Value(Value::List{0, 1}));
  }
  const State sgd = Stepped(registry, "SGD", Value::Map{}).optimizer->state_dict();
  CHECK(sgd.at("state").as_int_map().empty());
}

TEST_CASE("a state replaces settings and moments, and PyTorch's older count of steps is read") {
  Registry registry;
  test::load_built_plugin(registry, "torch_optimizers");
  const Stepped first(registry, "Adam", Value::Map{{"lr", 0.1}, {"betas", Value::List{0.5, 0.9}}});
  const Stepped second(registry, "Adam", Value::Map{{"lr", 0.3}});
  State state = first.optimizer->state_dict();
  first_weight(state, "step") = 7;
  second.optimizer->load_state_dict(state);
  State loaded = second.optimizer->state_dict();
  CHECK(first_weight(loaded, "step").as_tensor().item<double>() == 7);
  CHECK(torch::equal(first_weight(loaded, "exp_avg").as_tensor(), first_weight(state, "exp_avg").as_tensor()));
  CHECK(loaded.at("param_groups").to_value() == state.at("param_groups").to_value());
  second.optimizer->load_state_dict(State::Map{{"state", State::Map{}}, {"param_groups", state.at("param_groups")}});
  CHECK(second.optimizer->state_dict().at("state").as_int_map().empty());
}

TEST_CASE("a state of another optimizer or another model is refused") {
  Registry registry;
  test::load_built_plugin(registry, "torch_optimizers");
  const Stepped adam(registry, "Adam", Value::Map{}), sgd(registry, "SGD", Value::Map{{"momentum", 0.9}}),
      plain(registry, "SGD", Value::Map{}), rmsprop(registry, "RMSprop", Value::Map{});
  const State good = adam.optimizer->state_dict();
  CHECK(refusal(*plain.optimizer, good) == "the optimizer's state is of another optimizer: it has step, which this one does not keep");
  CHECK(refusal(*adam.optimizer, sgd.optimizer->state_dict()) == "the state has no entry 'step'");
  CHECK(refusal(*rmsprop.optimizer, good) == "the optimizer's state is of another optimizer: it has no square_avg");

  State changed = good;
  first_weight(changed, "exp_avg_sq") = State();
  CHECK(refusal(*adam.optimizer, changed) == "the optimizer's state is of another optimizer: it has no exp_avg_sq");
  changed = good;
  first_weight(changed, "exp_avg") = torch::zeros({3});
  CHECK(refusal(*adam.optimizer, changed) == "the optimizer's state does not fit the model: exp_avg has another shape than its weight");
  changed = good;
  changed.at("param_groups").as_list().front().at("amsgrad") = true;
  CHECK(refusal(*adam.optimizer, changed) == "the optimizer's state is of another optimizer: it has no max_exp_avg_sq");
  changed = good;
  changed.at("param_groups").as_list().front().at("params").as_list().pop_back();
  CHECK(refusal(*adam.optimizer, changed) == "the optimizer's state is of 1 weights, the model has 2");
  changed = good;
  changed.at("param_groups").as_list().clear();
  CHECK(refusal(*adam.optimizer, changed) == "the optimizer's state has 0 parameter groups, this training has 1");
  changed = good;
  changed.at("param_groups").as_list().front().at("betas") = State::List{0.9};
  CHECK(refusal(*adam.optimizer, changed) == "the optimizer's state has betas that are no pair");
  changed = good;
  changed.at("state") = State::Map{{"linear.weight", State::Map{}}};
  CHECK(refusal(*adam.optimizer, changed) == "the state holds a table where a table by number was expected");
}

TEST_CASE("an optimizer that does not declare its state, or names another class, cannot be saved") {
  const torch::Tensor weight = torch::ones({2}).requires_grad_();
  const auto stepped = [&](auto& optimizer) -> Optimizer& {
    weight.square().sum().backward();
    optimizer.step();
    return optimizer;
  };
  const auto saved = [](Optimizer& optimizer) { static_cast<void>(optimizer.state_dict()); };
  const auto options = torch::optim::SGDOptions(0.1).momentum(0.9);
  TorchOptimizer<torch::optim::SGD> silent(std::vector<torch::Tensor>{weight}, options);
  saved(silent);  // so far it keeps nothing
  CHECK_THROWS_WITH_AS(saved(stepped(silent)),
                       "it keeps something of each weight and does not say how that is saved: its author must override weight_entries() "
                       "(pipeline/train/optimizer.h)",
                       Error);
  Mistaken mistaken(std::vector<torch::Tensor>{weight}, options);
  CHECK_THROWS_WITH_AS(saved(stepped(mistaken)),
                       "what it keeps of a weight is of another class than the one it names when its state is saved: its author must name "
                       "the class that step() uses",
                       Error);
  Mistaken of_group(std::vector<torch::Tensor>{weight}, options);
  of_group.of_group = true;
  CHECK_THROWS_WITH_AS(saved(of_group),
                       "the options of its parameter groups are of another class than the one it names when its state is saved: its author "
                       "must name the class that step() uses",
                       Error);
}
