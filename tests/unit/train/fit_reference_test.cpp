// Numbers and orders taken from PyTorch Lightning 2.6.6 with torch 2.13.0 on the same series, model and seed.
#include <doctest/doctest.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>

#include "unit/train/fit_fixture.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

struct Expected {
  double train_loss, val_loss;
  std::int64_t step;
};

void check_curve(const FitResult& result, const std::vector<Expected>& expected) {
  REQUIRE(result.history.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(result.history[i].train_loss == doctest::Approx(expected[i].train_loss).epsilon(2e-6));
    CHECK(result.history[i].step == expected[i].step);
    const auto val = result.history[i].val.find("val_loss");
    CHECK((val != result.history[i].val.end()) == (expected[i].val_loss > 0));
    if (val != result.history[i].val.end()) CHECK(val->second == doctest::Approx(expected[i].val_loss).epsilon(2e-6));
  }
}

/// "2 train_loss_step", one for each call of the logger; metrics beyond the first and epoch are left out.
std::vector<std::string> logged(const MemoryLogger::Record& record) {
  std::vector<std::string> lines;
  for (const auto& [step, scalars] : record.rows) {
    CHECK(scalars.back().first == "epoch");
    lines.push_back(step + " " + scalars.front().first);
  }
  return lines;
}

}  // namespace

TEST_CASE("plain training follows Lightning's losses, steps and logged names") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.trainer.log_every_n_steps = 3;
  check_curve(fit.run(), {{0.470026284, 0.39789021, 4}, {0.244184777, 0.24638541, 8}, {0.170473829, 0.174561977, 12}});
  CHECK(logged(fit.record) == std::vector<std::string>{"2 train_loss_step", "3 val_loss", "3 train_loss_epoch", "5 train_loss_step",
                                                       "7 val_loss", "7 train_loss_epoch", "8 train_loss_step", "11 train_loss_step",
                                                       "11 val_loss", "11 train_loss_epoch"});
}

TEST_CASE("accumulated batches and a clipped norm follow Lightning, with a smaller last group") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.trainer.accumulate_grad_batches = 3;
  fit.spec.trainer.gradient_clip_val = 0.5;
  fit.spec.trainer.log_every_n_steps = 2;
  check_curve(fit.run(), {{0.593300283, 0.691723824, 2}, {0.516268909, 0.604377747, 4}, {0.435573697, 0.512586534, 6}});
  CHECK(logged(fit.record) == std::vector<std::string>{"1 train_loss_step", "1 val_loss", "1 train_loss_epoch", "3 train_loss_step",
                                                       "3 val_loss", "3 train_loss_epoch", "5 train_loss_step", "5 val_loss",
                                                       "5 train_loss_epoch"});
}

TEST_CASE("clipped values follow Lightning") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.trainer.max_epochs = 2;
  fit.spec.trainer.gradient_clip_val = 0.05;
  fit.spec.trainer.gradient_clip_algorithm = "value";
  check_curve(fit.run(), {{0.581547439, 0.704897583, 4}, {0.511937201, 0.641022742, 8}});
}

TEST_CASE("limits and rare validation follow Lightning") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.trainer.max_epochs = 2;
  fit.spec.trainer.limit_train_batches = 0.5;
  fit.spec.trainer.limit_val_batches = 1;
  fit.spec.trainer.check_val_every_n_epoch = 2;
  fit.spec.trainer.log_every_n_steps = 1;
  check_curve(fit.run(), {{0.652857065, 0, 2}, {0.325061977, 0.447690845, 4}});
  CHECK(logged(fit.record) == std::vector<std::string>{"0 train_loss_step", "1 train_loss_step", "1 train_loss_epoch", "2 train_loss_step",
                                                       "3 train_loss_step", "3 val_loss", "3 train_loss_epoch"});
}

TEST_CASE("max_steps ends an epoch early and without validation, as in Lightning") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.trainer.max_epochs = 5;
  fit.spec.trainer.max_steps = 6;
  const FitResult result = fit.run();
  check_curve(result, {{0.470026284, 0.39789021, 4}, {0.276298255, 0, 6}});
  CHECK(result.steps == 6);
}

TEST_CASE("fast_dev_run trains as in Lightning and logs nothing") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.trainer.fast_dev_run = 2;
  check_curve(fit.run(), {{0.652857065, 0.462195128, 2}});
  CHECK(fit.record.rows.empty());
}

TEST_CASE("optimizers step as PyTorch's do") {
  namespace optim = torch::optim;
  const WindowsFixture data;
  const auto train = [&](const auto& make, const std::vector<Expected>& expected) {
    FitFixture fit(data.windows());
    fit.spec.trainer.max_epochs = 2;
    fit.spec.optimizer = make(fit.spec.model->parameters());
    check_curve(fit.run(), expected);
  };
  train([](auto p) { return std::make_unique<TorchOptimizer<optim::Adam>>(p, optim::AdamOptions(0.05)); },
        {{0.496311486, 0.342541844, 4}, {0.219317585, 0.180760309, 8}});
  train([](auto p) { return std::make_unique<TorchOptimizer<optim::AdamW>>(p, optim::AdamWOptions(0.05).weight_decay(0.1)); },
        {{0.495677173, 0.340202689, 4}, {0.218876451, 0.182708099, 8}});
  train([](auto p) { return std::make_unique<TorchOptimizer<optim::RMSprop>>(p, optim::RMSpropOptions(0.01).momentum(0.5)); },
        {{0.478418738, 0.226877928, 4}, {0.145400763, 0.108703174, 8}});
  train([](auto p) { return std::make_unique<TorchOptimizer<optim::SGD>>(p, optim::SGDOptions(0.05).momentum(0.9).nesterov(true)); },
        {{0.468666345, 0.237867162, 4}, {0.156028733, 0.113365792, 8}});
}
