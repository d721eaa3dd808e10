// A fit that continues from its resume point, in one process. The program's own tests kill it.
#include <doctest/doctest.h>

#include "pipeline/errors.h"
#include "pipeline/train/checkpoint.h"
#include "train/fit_checkpoint.h"
#include "train/fit_state.h"
#include "unit/train/built_plugin.h"
#include "unit/train/fit_fixture.h"

using namespace pipeline;
using namespace pipeline::test;
namespace optim = torch::optim;

namespace {

/// Names the checkpoint of the first validation as its best.
class KeepsFirst final : public Callback {
 public:
  explicit KeepsFirst(std::vector<double>& losses) : losses_(losses) {}
  Action on_validation_end(Trainer& trainer) override {
    if (!trainer.sanity_checking()) losses_.push_back(trainer.callback_metrics().at("val_loss"));
    return Action::proceed();
  }
  [[nodiscard]] std::optional<CheckpointRecord> checkpoints() const override {
    CheckpointRecord record;
    if (!losses_.empty()) record.best = "first.ckpt";
    return record;
  }
  [[nodiscard]] std::string state_key() const override { return "KeepsFirst"; }

 private:
  std::vector<double>& losses_;
};

using MakeOptimizer = std::function<std::unique_ptr<Optimizer>(std::vector<torch::Tensor>)>;

/// An optimizer of a shipped plugin.
MakeOptimizer optimizer_maker(const Registry& registry, const std::string& type, Value::Map options) {
  return [&registry, type, options = Value(std::move(options))](std::vector<torch::Tensor> parameters) {
    return registry.make<Optimizer>(type, options, std::move(parameters));
  };
}

/// A training of LineModel for some epochs, from `start` if given, which leaves a resume point.
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
  if (!start.is_null()) {
    fixture.spec.start_written = std::filesystem::last_write_time(fixture.spec.resume.file);
    fixture.spec.start = std::move(start);
  }
  const std::shared_ptr<Model> model = fixture.spec.model;
  Run run{.weights = {}, .result = fixture.run(), .point = read_checkpoint(data.folder() / "point.ckpt")};
  for (const auto& entry : model->named_parameters()) run.weights[entry.key()] = entry.value().detach().clone();
  return run;
}

}  // namespace

TEST_CASE("every optimizer continues as if it had never stopped") {
  const WindowsFixture data;
  Registry registry;
  load_built_plugin(registry, "torch_optimizers");
  const std::vector<MakeOptimizer> optimizers{optimizer_maker(registry, "SGD", {{"lr", 0.05}, {"momentum", 0.9}, {"nesterov", true}}),
                                              optimizer_maker(registry, "SGD", {{"lr", 0.05}}),
                                              optimizer_maker(registry, "Adam", {{"lr", 0.01}, {"amsgrad", true}}),
                                              optimizer_maker(registry, "AdamW", {{"lr", 0.01}, {"weight_decay", 0.1}}),
                                              optimizer_maker(registry, "RMSprop", {{"lr", 0.01}, {"centered", true}, {"momentum", 0.5}})};
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
  Registry registry;
  load_built_plugin(registry, "torch_optimizers");
  const MakeOptimizer sgd = optimizer_maker(registry, "SGD", {{"lr", 0.05}, {"momentum", 0.9}});
  const MakeOptimizer adam = optimizer_maker(registry, "Adam", {{"lr", 0.01}});
  Run half = train(data, sgd, 1);
  CHECK_THROWS_WITH_AS(train(data, adam, 2, std::move(half.point)),
                       "the checkpoint's state of the optimizer does not fit: the state has no entry 'step'. Train with the optimizer that "
                       "the checkpoint was written with, or take only its weights ([stages.train] from_checkpoint)",
                       Error);
}

TEST_CASE("an optimizer whose state cannot be saved is named") {
  const WindowsFixture data;
  const MakeOptimizer silent = [](auto p) {
    return std::make_unique<TorchOptimizer<optim::SGD>>(p, optim::SGDOptions(0.05).momentum(0.9));
  };
  CHECK_THROWS_WITH_AS(train(data, silent, 1),
                       "the state of the optimizer SGD cannot be saved: it keeps something of each weight and does not say how that is "
                       "saved: its author must override weight_entries() (pipeline/train/optimizer.h)",
                       Error);
}

TEST_CASE("a position is restored") {
  FitState position;
  position.progress = {.epochs_started = 3, .epochs_processed = 2, .epochs_completed = 2, .steps = 17, .batches_that_stepped = 17};
  position.metrics = {{"val_loss", 0.1}};
  position.stop_reason = "why";
  position.stopped_by = "Timer";
  position.batches_before = 2;
  position.best_checkpoint = "best.ckpt";
  position.best_metrics = {{"val_loss", 0.05}};
  position.history = {{.epoch = 1, .step = 8, .train_loss = 0.25, .learning_rate = 0.1, .seconds = 2, .val = {{"val_loss", 0.5}}}};
  position.epoch = {
      .seed = 12345678901234, .next = 3, .losses = {.sum = 0.1, .last = 0.2, .windows = 24}, .validated = true, .seconds = 1.5};
  position.generators = State::Map{{"cpu", torch::tensor({7, 8})}};
  const FitState back = FitState::from_state(position.to_state());
  CHECK(back.progress.steps == 17);
  CHECK(back.progress.epochs_started == 3);
  CHECK(back.metrics == position.metrics);
  CHECK(back.stop_reason == "why");
  CHECK(back.stopped_by == "Timer");
  CHECK(back.batches_before == 2);
  CHECK(back.best_checkpoint == "best.ckpt");
  CHECK(back.best_metrics == position.best_metrics);
  CHECK(back.history.at(0).val == position.history.at(0).val);
  REQUIRE(back.epoch);
  CHECK(back.epoch->seed == 12345678901234);
  CHECK(back.epoch->losses.sum == 0.1);
  CHECK(back.epoch->validated);
  CHECK(torch::equal(back.generators.at("cpu").as_tensor(), torch::tensor({7, 8})));
  position.epoch.reset();
  CHECK_FALSE(FitState::from_state(position.to_state()).epoch);
}

TEST_CASE("a training that max_steps cut short gives the same result when nothing is left to do") {
  const WindowsFixture data;  // four batches an epoch
  const MakeOptimizer sgd = [](auto p) { return std::make_unique<TorchOptimizer<optim::SGD>>(p, optim::SGDOptions(0.05)); };
  const auto run = [&](State start) {
    FitFixture fixture(data.windows());
    fixture.spec.optimizer = sgd(fixture.spec.model->parameters());
    fixture.spec.trainer.max_steps = 6;
    fixture.spec.resume.file = data.folder() / "point.ckpt";
    fixture.spec.start = std::move(start);
    if (std::filesystem::exists(data.folder() / "point.ckpt")) fixture.spec.start_written = std::filesystem::file_time_type::clock::now();
    return fixture.run();
  };
  const FitResult first = run({});
  const FitResult again = run(read_checkpoint(data.folder() / "point.ckpt"));
  CHECK(first.epochs == 2);
  CHECK(again.epochs == first.epochs);
  CHECK(again.steps == 6);
  REQUIRE(again.history.size() == first.history.size());
  CHECK(again.history.back().train_loss == first.history.back().train_loss);
}

namespace {

/// Lightning's counters in the middle of its second epoch.
State in_second_epoch(std::int64_t processed, std::int64_t completed) {
  const auto counts = [](std::int64_t done, std::int64_t closed) {
    return State(State::Map{{"ready", done}, {"started", done}, {"processed", done}, {"completed", closed}});
  };
  const State batches =
      State::Map{{"total", counts(4 + processed, 4 + completed)}, {"current", counts(processed, completed)}, {"is_last_batch", false}};
  const State epochs = State::Map{{"total", counts(2, 1)}, {"current", counts(2, 1)}};
  return State::Map{{"global_step", 4 + processed},
                    {"loops", State::Map{{"fit_loop", State::Map{{"epoch_loop.batch_progress", batches}, {"epoch_progress", epochs}}}}}};
}

}  // namespace

TEST_CASE("a batch that Lightning has trained, but not closed, is not trained again") {
  const FitState position = state_of_checkpoint(in_second_epoch(3, 2), 4);
  CHECK(position.batches_before == 3);
  CHECK(position.progress.epochs_completed == 1);
  CHECK(position.progress.batches == 7);
}

TEST_CASE("an epoch is over if as many batches are done as it has now") {
  const FitState position = state_of_checkpoint(in_second_epoch(3, 3), 2);
  CHECK(position.batches_before == 0);
  CHECK(position.progress.epochs_completed == 2);
}

TEST_CASE("the best checkpoint's metrics are those of the moment it was written, whatever it is ranked by") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.trainer.max_epochs = 2;
  fit.spec.trainer.val_check_interval = Value(0.5);  // twice an epoch
  std::vector<double> losses;
  fit.spec.callbacks.push_back(std::make_unique<KeepsFirst>(losses));
  const FitResult result = fit.run();
  REQUIRE(losses.size() == 4);
  CHECK(result.best_metrics.at("val_loss") == losses[0]);
  CHECK(result.history[0].val.at("val_loss") == losses[1]);
}
