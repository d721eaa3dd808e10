#include "learning_rate_monitor/learning_rate_monitor.h"

#include <doctest/doctest.h>
#include <torch/optim/adam.h>
#include <torch/optim/sgd.h>

#include "pipeline/errors.h"
#include "support/fake_trainer.h"

using namespace pipeline;
using callbacks::learning_rate_monitor::LearningRateMonitor;
using test::FakeTrainer;
using Scalar = std::pair<std::string, double>;
using Logged = std::vector<std::vector<Scalar>>;

namespace {

/// One epoch of ten steps; every fifth is logged.
Logged logged_in_epoch(LearningRateMonitor& callback, FakeTrainer& trainer) {
  trainer.steps_between_logs = 5;
  trainer.step = 0;
  trainer.logged.clear();
  callback.on_train_start(trainer);
  callback.on_train_epoch_start(trainer);
  for (; trainer.step < 10; ++trainer.step) static_cast<void>(callback.on_train_batch_start(trainer, trainer.step));
  return trainer.logged;
}

}  // namespace

TEST_CASE("the rate is logged at the epoch's start and at every logged step, as logging_interval says") {
  FakeTrainer trainer;
  trainer.optim = std::make_unique<torch::optim::Adam>(trainer.small_model.parameters(), torch::optim::AdamOptions(0.25));
  LearningRateMonitor both({}), step({.logging_interval = "step"}), epoch({.logging_interval = "epoch"});
  CHECK(logged_in_epoch(both, trainer) == Logged(3, {{"lr-Adam", 0.25}}));
  CHECK(logged_in_epoch(step, trainer) == Logged(2, {{"lr-Adam", 0.25}}));
  CHECK(logged_in_epoch(epoch, trainer) == Logged(1, {{"lr-Adam", 0.25}}));
}

TEST_CASE("several groups are logged apart; momentum and weight decay are logged on request") {
  FakeTrainer trainer;
  auto first = std::make_unique<torch::optim::SGDOptions>(0.5);
  auto second = std::make_unique<torch::optim::SGDOptions>(0.25);
  first->momentum(0.75).weight_decay(0.125);
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(trainer.small_model.hidden->parameters(), std::move(first));
  groups.emplace_back(trainer.small_model.out->parameters(), std::move(second));
  trainer.optim = std::make_unique<torch::optim::SGD>(groups, torch::optim::SGDOptions(1.0));
  trainer.optim_name = "SGD";
  LearningRateMonitor callback({.logging_interval = "epoch", .log_momentum = true, .log_weight_decay = true});
  const Logged logged = logged_in_epoch(callback, trainer);
  REQUIRE(logged.size() == 1);
  CHECK(logged[0] == std::vector<Scalar>{{"lr-SGD/pg1", 0.5},
                                         {"lr-SGD/pg1-momentum", 0.75},
                                         {"lr-SGD/pg1-weight_decay", 0.125},
                                         {"lr-SGD/pg2", 0.25},
                                         {"lr-SGD/pg2-momentum", 0.0},
                                         {"lr-SGD/pg2-weight_decay", 0.0}});
}

TEST_CASE("a missing logger is an error; fast_dev_run and models without parameters are allowed") {
  FakeTrainer trainer;
  trainer.loggers = false;
  LearningRateMonitor callback({});
  CHECK_NOTHROW(callback.on_train_start(trainer));  // no optimizer
  trainer.optim = std::make_unique<torch::optim::Adam>(trainer.small_model.parameters());
  CHECK_THROWS_WITH_AS(callback.on_train_start(trainer),
                       "LearningRateMonitor has no logger to write to: add [[loggers]] with type = \"TensorBoardLogger\", or leave it out",
                       Error);
  trainer.dev_run = true;
  CHECK(logged_in_epoch(callback, trainer).empty());
}
