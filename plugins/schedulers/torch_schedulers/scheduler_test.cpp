// The schedulers from the built plugin library. tests/interop compares their rates with PyTorch's.
#include "pipeline/train/scheduler.h"

#include <doctest/doctest.h>
#include <torch/optim/adam.h>

#include <set>

#include "pipeline/errors.h"
#include "pipeline/testing/fake_trainer.h"
#include "unit/train/built_plugin.h"
#include "unit/train/fit_fixture.h"

using namespace pipeline;

namespace {

constexpr TrainingLength forty_steps{.steps = 40};

/// Adam with one parameter, and a scheduler that has started.
class Scheduled {
 public:
  Scheduled(const Registry& registry, const std::string& type, const Value& options, bool larger_is_better = false)
      : adam_({torch::zeros({1}, torch::requires_grad())}, torch::optim::AdamOptions(0.01)),
        scheduler_(registry.make<Scheduler>(type, options, adam_)) {
    testing::FakeTrainer trainer;
    if (larger_is_better) trainer.larger_metrics = {scheduler_->timing().monitor};
    scheduler_->resolve(trainer);
    scheduler_->start(forty_steps);
  }
  Scheduler& scheduler() { return *scheduler_; }
  torch::optim::AdamOptions& options() { return static_cast<torch::optim::AdamOptions&>(adam_.param_groups().front().options()); }
  /// The rates of steps [first, last).
  std::vector<double> rates(int first, int last) {
    std::vector<double> rates;
    for (int step = first; step < last; ++step) {
      rates.push_back(options().lr());
      const double metric = step < 15 ? 1.0 - 0.05 * step : 0.3;  // improves, then stays
      scheduler_->step(scheduler_->timing().monitor.empty() ? std::nullopt : std::optional(metric));
    }
    return rates;
  }

 private:
  torch::optim::Adam adam_;
  std::unique_ptr<Scheduler> scheduler_;
};

}  // namespace

TEST_CASE("mode auto of a plateau follows the metric, behind a warm-up too") {
  Registry registry;
  test::load_built_plugin(registry, "torch_schedulers");
  const auto rates = [&](bool larger, const Value& options) {
    Scheduled scheduled(registry, "ReduceLROnPlateau", options, larger);
    return scheduled.rates(0, 30);
  };
  const auto options = [](const char* mode, int warmup) {
    return Value(Value::Map{{"patience", 2}, {"mode", mode}, {"warmup_steps", warmup}});
  };
  for (const int warmup : {0, 3}) {
    CHECK(rates(true, options("auto", warmup)) == rates(false, options("max", warmup)));
    CHECK(rates(false, options("auto", warmup)) == rates(false, options("min", warmup)));
    CHECK(rates(true, options("min", warmup)) == rates(false, options("min", warmup)));
    CHECK(rates(false, options("max", warmup)) != rates(false, options("min", warmup)));
  }
}

TEST_CASE("a scheduler that takes another's state goes on with the same rates, bit for bit") {
  Registry registry;
  test::load_built_plugin(registry, "torch_schedulers");
  const std::vector<std::pair<std::string, Value>> cases{
      {"StepLR", Value::Map{{"step_size", 7}, {"gamma", 0.5}}},
      {"MultiStepLR", Value::Map{{"milestones", Value::List{5, 20}}}},
      {"ExponentialLR", Value::Map{{"gamma", 0.9}}},
      {"LinearLR", Value::Map{{"total_iters", 30}}},
      {"CosineAnnealingLR", Value::Map{{"T_max", 25}, {"warmup_steps", 10}}},
      {"CosineAnnealingLR", Value::Map{{"interval", "step"}}},
      {"CosineAnnealingWarmRestarts", Value::Map{{"T_0", 6}, {"T_mult", 2}, {"warmup_steps", 20}}},
      {"OneCycleLR", Value::Map{{"max_lr", 0.1}}},
      {"ReduceLROnPlateau", Value::Map{{"patience", 2}, {"cooldown", 1}, {"warmup_steps", 3}}}};
  for (const auto& [type, options] : cases) {
    CAPTURE(type);
    Scheduled whole(registry, type, options);
    std::vector<double> expected = whole.rates(0, 40);
    CHECK(std::set<double>(expected.begin(), expected.end()).size() > 2);

    Scheduled first(registry, type, options), second(registry, type, options);
    std::vector<double> rates = first.rates(0, 17);
    second.scheduler().load_state_dict(first.scheduler().state_dict());
    second.options() = first.options();  // the optimizer's own state
    CHECK(to_json(second.scheduler().state_dict().to_value()) == to_json(first.scheduler().state_dict().to_value()));
    const std::vector<double> rest = second.rates(17, 40);
    rates.insert(rates.end(), rest.begin(), rest.end());
    CHECK(rates == expected);
    CHECK(std::get<0>(second.options().betas()) == std::get<0>(whole.options().betas()));
  }
}

TEST_CASE("a schedule's length must be given if nothing limits the training") {
  Registry registry;
  test::load_built_plugin(registry, "torch_schedulers");
  torch::optim::Adam adam({torch::zeros({1}, torch::requires_grad())}, torch::optim::AdamOptions(0.01));
  const auto start = [&](const Value& options, const TrainingLength& length) {
    registry.make<Scheduler>("OneCycleLR", options, adam)->start(length);
  };
  CHECK_THROWS_WITH_AS(
      start(Value::Map{{"max_lr", 0.1}}, {}),
      "OneCycleLR: nothing says how many steps of the scheduler the training has: set total_steps, or [trainer] max_epochs", Error);
  CHECK_THROWS_WITH_AS(
      start(Value::Map{{"max_lr", 0.1}, {"total_steps", 39}}, forty_steps),
      "OneCycleLR: its cycle has total_steps = 39, the training has 40: leave total_steps out, or shorten [trainer] max_epochs", Error);
  CHECK_THROWS_AS(start(Value::Map{{"max_lr", 0.1}, {"pct_start", 0.025}}, forty_steps), Error);
  CHECK_NOTHROW(start(Value::Map{{"max_lr", 0.1}, {"total_steps", 41}}, forty_steps));
}
