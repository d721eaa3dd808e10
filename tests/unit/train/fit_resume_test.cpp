// A fit that goes on from its resume point, in one process; the program's own tests kill it.
#include <doctest/doctest.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>

#include "pipeline/errors.h"
#include "pipeline/torch/checkpoint.h"
#include "train/fit_resume.h"
#include "unit/train/fit_fixture.h"

using namespace pipeline;
using namespace pipeline::test;
namespace optim = torch::optim;

namespace {

using MakeOptimizer = std::function<std::unique_ptr<optim::Optimizer>(std::vector<torch::Tensor>)>;

/// Trains LineModel for some epochs; goes on from `start`, and leaves a resume point.
struct Run {
  std::map<std::string, torch::Tensor> weights;
  FitResult result;
  State point;
};

Run train(const WindowsFixture& data, const MakeOptimizer& make, std::int64_t epochs, State start = {}) {
  FitFixture fixture(data.windows());
  fixture.spec.optimizer = make(fixture.spec.model->parameters());
  fixture.spec.trainer.max_epochs = epochs;
  fixture.spec.resume.file = data.folder() / "point.ckpt";
  if (!std::holds_alternative<std::monostate>(start.data)) {
    fixture.spec.start_written = std::filesystem::last_write_time(fixture.spec.resume.file);
    fixture.spec.start = std::move(start);
  }
  const std::shared_ptr<Model> model = fixture.spec.model;
  Run run{.weights = {}, .result = fixture.run(), .point = read_checkpoint(data.folder() / "point.ckpt")};
  for (const auto& entry : model->named_parameters()) run.weights[entry.key()] = entry.value().detach().clone();
  return run;
}

}  // namespace

TEST_CASE("every optimizer goes on as if it had never stopped") {
  const WindowsFixture data;
  const std::vector<MakeOptimizer> optimizers{
      [](auto p) { return std::make_unique<optim::SGD>(p, optim::SGDOptions(0.05).momentum(0.9).nesterov(true)); },
      [](auto p) { return std::make_unique<optim::SGD>(p, optim::SGDOptions(0.05)); },
      [](auto p) { return std::make_unique<optim::Adam>(p, optim::AdamOptions(0.01).amsgrad(true)); },
      [](auto p) { return std::make_unique<optim::AdamW>(p, optim::AdamWOptions(0.01).weight_decay(0.1)); },
      [](auto p) { return std::make_unique<optim::RMSprop>(p, optim::RMSpropOptions(0.01).centered(true).momentum(0.5)); }};
  for (const MakeOptimizer& make : optimizers) {
    const Run whole = train(data, make, 4);
    Run half = train(data, make, 2);
    const Run rest = train(data, make, 4, std::move(half.point));
    CHECK(rest.result.steps == whole.result.steps);
    REQUIRE(rest.result.history.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(rest.result.history[i].train_loss == whole.result.history[i].train_loss);
    for (const auto& [name, weight] : whole.weights) CHECK(torch::equal(rest.weights.at(name), weight));
  }
}

TEST_CASE("another optimizer's state is refused") {
  const WindowsFixture data;
  const MakeOptimizer sgd = [](auto p) { return std::make_unique<optim::SGD>(p, optim::SGDOptions(0.05).momentum(0.9)); };
  const MakeOptimizer adam = [](auto p) { return std::make_unique<optim::Adam>(p, optim::AdamOptions(0.01)); };
  Run half = train(data, sgd, 1);
  CHECK_THROWS_WITH_AS(train(data, adam, 2, std::move(half.point)), "the state has no entry 'step'", Error);
}

TEST_CASE("a position comes back as it was") {
  FitPosition position;
  position.progress = {.epochs_started = 3, .epochs_processed = 2, .epochs_completed = 2, .steps = 17, .batches_that_stepped = 17};
  position.metrics = {{"val_loss", 0.1}};
  position.stop_reason = "why";
  position.history = {{.epoch = 1, .step = 8, .train_loss = 0.25, .learning_rate = 0.1, .seconds = 2, .val = {{"val_loss", 0.5}}}};
  position.epoch = {
      .seed = 12345678901234, .next = 3, .losses = {.sum = 0.1, .last = 0.2, .windows = 24}, .validated = true, .seconds = 1.5};
  const FitPosition back = FitPosition::from_state(position.to_state());
  CHECK(back.progress.steps == 17);
  CHECK(back.progress.epochs_started == 3);
  CHECK(back.metrics == position.metrics);
  CHECK(back.stop_reason == "why");
  CHECK(back.history.at(0).val == position.history.at(0).val);
  REQUIRE(back.epoch);
  CHECK(back.epoch->seed == 12345678901234);
  CHECK(back.epoch->losses.sum == 0.1);
  CHECK(back.epoch->validated);
  position.epoch.reset();
  CHECK_FALSE(FitPosition::from_state(position.to_state()).epoch);
}
