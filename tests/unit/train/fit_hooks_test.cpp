#include <doctest/doctest.h>

#include "pipeline/errors.h"
#include "unit/train/fit_fixture.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

/// Records every hook with epoch and step.
class HookRecorder : public Callback {
 public:
  explicit HookRecorder(std::vector<std::string>& seen, std::string name = {}) : seen_(seen), name_(std::move(name)) {}
  void setup(Trainer& t) override { note(t, "setup"); }
  void on_fit_start(Trainer& t) override { note(t, "on_fit_start"); }
  void on_sanity_check_start(Trainer& t) override { note(t, "on_sanity_check_start"); }
  void on_sanity_check_end(Trainer& t) override { note(t, "on_sanity_check_end"); }
  void on_train_start(Trainer& t) override { note(t, "on_train_start"); }
  void on_train_epoch_start(Trainer& t) override { note(t, "on_train_epoch_start"); }
  Action on_train_batch_start(Trainer& t, std::int64_t) override { return note(t, "on_train_batch_start"); }
  void on_before_backward(Trainer& t, const torch::Tensor&) override { note(t, "on_before_backward"); }
  void on_after_backward(Trainer& t) override { note(t, "on_after_backward"); }
  void on_before_optimizer_step(Trainer& t, torch::optim::Optimizer&) override { note(t, "on_before_optimizer_step"); }
  Action on_train_batch_end(Trainer& t, const BatchEnd&) override { return note(t, "on_train_batch_end"); }
  Action on_train_epoch_end(Trainer& t) override { return note(t, "on_train_epoch_end"); }
  void on_validation_start(Trainer& t) override { note(t, "on_validation_start"); }
  void on_validation_epoch_start(Trainer& t) override { note(t, "on_validation_epoch_start"); }
  void on_validation_batch_end(Trainer& t, const ValidationBatchEnd&) override { note(t, "on_validation_batch_end"); }
  void on_validation_epoch_end(Trainer& t) override { note(t, "on_validation_epoch_end"); }
  Action on_validation_end(Trainer& t) override { return note(t, "on_validation_end"); }
  void on_train_end(Trainer& t) override { note(t, "on_train_end"); }
  void on_fit_end(Trainer& t) override { note(t, "on_fit_end"); }
  void on_exception(Trainer& t, const std::string& what) override { note(t, ("on_exception " + what).c_str()); }
  void teardown(Trainer& t) override { note(t, "teardown"); }
  [[nodiscard]] std::string state_key() const override { return "HookRecorder" + name_; }

 protected:
  Action note(Trainer& trainer, const char* hook) {
    seen_.push_back(name_ + hook + " " + std::to_string(trainer.current_epoch()) + " " + std::to_string(trainer.global_step()));
    return {};
  }

 private:
  std::vector<std::string>& seen_;
  std::string name_;
};

class Monitoring final : public HookRecorder {
 public:
  Monitoring(std::vector<std::string>& seen, std::string name, std::string watched, bool keeps)
      : HookRecorder(seen, std::move(name)), watched_(std::move(watched)), keeps_(keeps) {}
  [[nodiscard]] std::string monitor() const override { return watched_; }
  [[nodiscard]] std::optional<CheckpointRecord> checkpoints() const override {
    return keeps_ ? std::optional<CheckpointRecord>(CheckpointRecord{}) : std::nullopt;
  }

 private:
  std::string watched_;
  bool keeps_;
};

class Remembering final : public HookRecorder {
 public:
  using HookRecorder::HookRecorder;
  [[nodiscard]] State state_dict() const override { return State::Map{{"kept", 1}}; }
};

class FailingTwice final : public Callback {
 public:
  Action on_train_batch_end(Trainer&, const BatchEnd&) override { return Action::abort("first"); }
  void on_exception(Trainer&, const std::string&) override { throw std::runtime_error("second"); }
  [[nodiscard]] std::string state_key() const override { return "FailingTwice"; }
};

std::vector<std::string> with_hook(const std::vector<std::string>& seen, const std::string& hook) {
  std::vector<std::string> found;
  for (const std::string& line : seen) {
    if (line.find(hook) != std::string::npos) found.push_back(line);
  }
  return found;
}

}  // namespace

TEST_CASE("hooks come in Lightning's order, with its epoch and step") {
  // Lightning 2.6.6: two epochs of three batches, two accumulated, two validation batches, one of them in the sanity check.
  const WindowsFixture data;
  FitFixture fit(data.windows());
  std::vector<std::string> seen;
  fit.spec.callbacks.push_back(std::make_unique<HookRecorder>(seen));
  fit.spec.trainer.max_epochs = 2;
  fit.spec.trainer.accumulate_grad_batches = 2;
  fit.spec.trainer.num_sanity_val_steps = 1;
  fit.spec.trainer.limit_train_batches = 3;
  CHECK(fit.run().epochs == 2);
  const auto batch = [](const std::string& epoch, int step, bool steps) {
    const std::string before = " " + epoch + " " + std::to_string(step), after = " " + epoch + " " + std::to_string(step + (steps ? 1 : 0));
    std::vector<std::string> hooks{"on_train_batch_start" + before, "on_before_backward" + before, "on_after_backward" + before};
    if (steps) hooks.push_back("on_before_optimizer_step" + before);
    hooks.push_back("on_train_batch_end" + after);
    return hooks;
  };
  std::vector<std::string> expected{"setup 0 0",
                                    "on_fit_start 0 0",
                                    "on_sanity_check_start 0 0",
                                    "on_validation_start 0 0",
                                    "on_validation_epoch_start 0 0",
                                    "on_validation_batch_end 0 0",
                                    "on_validation_epoch_end 0 0",
                                    "on_validation_end 0 0",
                                    "on_sanity_check_end 0 0",
                                    "on_train_start 0 0"};
  for (const int epoch : {0, 1}) {
    const std::string e = std::to_string(epoch), done = " " + e + " " + std::to_string(2 * epoch + 2);
    expected.push_back("on_train_epoch_start " + e + " " + std::to_string(2 * epoch));
    for (const auto& hooks : {batch(e, 2 * epoch, false), batch(e, 2 * epoch, true), batch(e, 2 * epoch + 1, true)}) {
      expected.insert(expected.end(), hooks.begin(), hooks.end());
    }
    for (const char* hook : {"on_validation_start", "on_validation_epoch_start", "on_validation_batch_end", "on_validation_batch_end",
                             "on_validation_epoch_end", "on_validation_end", "on_train_epoch_end"}) {
      expected.push_back(hook + done);
    }
  }
  for (const char* hook : {"on_train_end 2 4", "on_fit_end 2 4", "teardown 2 4"}) expected.emplace_back(hook);
  CHECK(seen == expected);
}

TEST_CASE("checkpoint callbacks come last, and what monitors comes after the others at an epoch's end") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  std::vector<std::string> seen;
  fit.spec.callbacks.push_back(std::make_unique<Monitoring>(seen, "keeper.", "", true));
  fit.spec.callbacks.push_back(std::make_unique<Monitoring>(seen, "stopper.", "val_loss", false));
  fit.spec.callbacks.push_back(std::make_unique<HookRecorder>(seen, "plain."));
  fit.spec.trainer.max_epochs = 1;
  static_cast<void>(fit.run());
  CHECK(with_hook(seen, "on_train_start") ==
        std::vector<std::string>{"stopper.on_train_start 0 0", "plain.on_train_start 0 0", "keeper.on_train_start 0 0"});
  CHECK(with_hook(seen, "on_train_epoch_end") ==
        std::vector<std::string>{"plain.on_train_epoch_end 0 4", "stopper.on_train_epoch_end 0 4", "keeper.on_train_epoch_end 0 4"});
}

TEST_CASE("a monitor that training does not measure is a mistake with the nearest name") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  std::vector<std::string> seen;
  fit.spec.callbacks.push_back(std::make_unique<Monitoring>(seen, "", "val_los", false));
  CHECK_THROWS_WITH_AS(
      static_cast<void>(fit.run()),
      "HookRecorder monitors \"val_los\", which this training does not measure; did you mean \"val_loss\"? (it measures train_loss, "
      "train_loss_step, train_loss_epoch, val_loss, val_rmse, val_mape, val_r2, avg_val_abs_accuracy, val_mse, val_mae, val_smape)",
      Error);
  CHECK(seen.empty());
}

TEST_CASE("a stop at a batch's end validates, ends the epoch and waits for min_epochs") {
  const WindowsFixture data;
  for (const std::int64_t min_epochs : {0, 2}) {
    FitFixture fit(data.windows());
    fit.spec.trainer.max_epochs = 5;
    fit.spec.trainer.min_epochs = min_epochs;
    fit.spec.callbacks.push_back(std::make_unique<AtBatchEnd>(
        [](Trainer&, const BatchEnd& end) { return end.batch_index == 1 ? Action::stop_training("enough") : Action::proceed(); }));
    const FitResult result = fit.run();
    CHECK(result.steps == (min_epochs == 0 ? 2 : 8));
    CHECK(result.epochs == std::max<std::int64_t>(min_epochs, 1));
    CHECK(result.stopped_by == "enough");
    CHECK(result.history.back().val.contains("val_loss"));
    CHECK_FALSE(result.pruned);
  }
}

TEST_CASE("a stop that min_epochs overruled is forgotten: a callback asks again if it still wants it") {
  const WindowsFixture data;
  for (const std::int64_t asked_in : {0, 1, 2}) {
    FitFixture fit(data.windows());
    fit.spec.trainer.max_epochs = 5;
    fit.spec.trainer.min_epochs = 3;
    fit.spec.callbacks.push_back(std::make_unique<AtBatchEnd>([asked_in](Trainer& trainer, const BatchEnd&) {
      return trainer.current_epoch() == asked_in ? Action::stop_training("enough") : Action::proceed();
    }));
    const FitResult result = fit.run();
    CHECK(result.epochs == (asked_in == 2 ? 3 : 5));
    CHECK(result.stopped_by == (asked_in == 2 ? "enough" : ""));
  }
}

TEST_CASE("pruning ends at once, whatever min_epochs says") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.trainer.min_epochs = 3;
  fit.spec.callbacks.push_back(std::make_unique<AtBatchEnd>([](Trainer&, const BatchEnd&) { return Action::prune("hopeless"); }));
  const FitResult result = fit.run();
  CHECK(result.pruned);
  CHECK(result.steps == 1);
  CHECK(result.stopped_by == "hopeless");
}

TEST_CASE("abort ends the run with its reason, and callbacks and loggers are notified") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  std::vector<std::string> seen;
  fit.spec.callbacks.push_back(std::make_unique<HookRecorder>(seen));
  fit.spec.callbacks.push_back(std::make_unique<AtBatchEnd>([](Trainer&, const BatchEnd&) { return Action::abort("out of budget"); }));
  CHECK_THROWS_WITH_AS(static_cast<void>(fit.run()), "out of budget", Error);
  CHECK(seen.back() == "on_exception out of budget 0 1");
  CHECK(fit.record.finished == 0);
}

TEST_CASE("callbacks see the metrics that Lightning shows") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.trainer.max_epochs = 1;
  std::vector<double> losses;
  fit.spec.callbacks.push_back(std::make_unique<AtBatchEnd>([&](Trainer& trainer, const BatchEnd& end) {
    losses.push_back(end.loss.item<double>());
    for (const char* name : {"train_loss_step", "train_loss"}) CHECK(trainer.callback_metrics().at(name) == losses.back());
    return Action::proceed();
  }));
  const FitResult result = fit.run();
  CHECK(result.metrics.at("train_loss_step") == losses.back());
  const double mean = (8 * (losses[0] + losses[1] + losses[2]) + 6 * losses[3]) / 30;
  CHECK(result.metrics.at("train_loss_epoch") == doctest::Approx(mean));
  CHECK(result.metrics.at("train_loss") == result.metrics.at("train_loss_epoch"));
  for (const char* name : {"val_loss", "val_rmse", "val_mape", "val_r2", "avg_val_abs_accuracy"}) CHECK(result.metrics.contains(name));
  CHECK(result.metrics.at("val_rmse") == doctest::Approx(std::sqrt(result.metrics.at("val_loss"))));
}

TEST_CASE("loggers and the curve get five metrics and the monitored ones; callbacks see all") {
  const WindowsFixture data;
  const auto logged = [&](const std::string& monitor) {
    FitFixture fit(data.windows());
    std::vector<std::string> seen;
    fit.spec.trainer.max_epochs = 1;
    fit.spec.callbacks.push_back(std::make_unique<Monitoring>(seen, "", monitor, false));
    const FitResult result = fit.run();
    for (const char* name : {"val_mse", "val_mae", "val_smape"}) CHECK(result.metrics.contains(name));
    CHECK_FALSE(result.metrics.contains("val_mase"));  // in original units
    std::vector<std::string> names;
    for (const auto& [step, scalars] : fit.record.rows) {
      for (const auto& [name, value] : scalars) {
        if (name.find("val_") == std::string::npos) continue;
        names.push_back(name);
        CHECK(result.history.back().val.at(name) == value);
      }
    }
    CHECK(names.size() == result.history.back().val.size());
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(logged("val_r2") == Names{"val_loss", "val_rmse", "val_mape", "val_r2", "avg_val_abs_accuracy"});
  CHECK(logged("val_smape") == Names{"val_loss", "val_rmse", "val_mape", "val_r2", "avg_val_abs_accuracy", "val_smape"});
}

namespace {

/// Asks which values are better before its state_key() is asked for.
class AutoMode final : public Callback {
 public:
  AutoMode(std::vector<std::string> watched, std::vector<std::string>& keys) : watched_(std::move(watched)), keys_(keys) {}
  void resolve(Trainer& trainer) override {
    if (!larger_.empty()) return;
    for (const std::string& name : watched_) larger_ += name + (trainer.larger_is_better(name) ? ":larger " : ":smaller ");
  }
  void setup(Trainer&) override { keys_.push_back(state_key()); }
  [[nodiscard]] std::string state_key() const override {
    CHECK_FALSE(larger_.empty());
    return larger_;
  }
  [[nodiscard]] State state_dict() const override { return State::Map{{"kept", 1}}; }

 private:
  std::vector<std::string> watched_;
  std::vector<std::string>& keys_;
  std::string larger_;
};

}  // namespace

TEST_CASE("the trainer says which values of a metric are better before a state key is made, and reports an unknown metric once") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  std::vector<std::string> keys;
  const std::vector<std::string> known{"val_loss", "train_loss_epoch", "val_rmse", "val_smape", "val_r2", "avg_val_abs_accuracy", "step"};
  fit.spec.callbacks.push_back(std::make_unique<AutoMode>(known, keys));
  fit.spec.callbacks.push_back(std::make_unique<AutoMode>(std::vector<std::string>{"grad_2.0_norm", "grad_2.0_norm"}, keys));
  fit.spec.trainer.max_epochs = 1;
  check_fit(fit.spec, data.windows(), {.cancel = fit.cancel, .log = fit.log});
  static_cast<void>(fit.run());
  CHECK(keys == std::vector<std::string>{"val_loss:smaller train_loss_epoch:smaller val_rmse:smaller val_smape:smaller val_r2:larger "
                                         "avg_val_abs_accuracy:larger step:larger ",
                                         "grad_2.0_norm:smaller grad_2.0_norm:smaller "});
  CHECK(fit.log.warnings() ==
        std::vector<std::string>{"nothing says whether a larger \"grad_2.0_norm\" is better, so a smaller one is taken for "
                                 "better: write mode = \"min\" or mode = \"max\""});
}

TEST_CASE("a checkpoint may be ranked by epoch or step, an early stop may not") {
  const WindowsFixture data;
  std::vector<std::string> seen;
  for (const char* count : {"epoch", "step"}) {
    FitFixture keeping(data.windows()), stopping(data.windows());
    keeping.spec.callbacks.push_back(std::make_unique<Monitoring>(seen, "", count, true));
    CHECK(keeping.run().epochs == 3);
    stopping.spec.callbacks.push_back(std::make_unique<Monitoring>(seen, "", count, false));
    CHECK_THROWS_AS(static_cast<void>(stopping.run()), Error);
  }
}

TEST_CASE("two callbacks whose states a checkpoint could not tell apart are refused before anything runs") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  std::vector<std::string> seen;
  for (int i = 0; i < 2; ++i) fit.spec.callbacks.push_back(std::make_unique<Remembering>(seen));
  CHECK_THROWS_WITH_AS(
      static_cast<void>(fit.run()),
      "two callbacks are HookRecorder, and a checkpoint could not tell their states apart: leave one out, or let them differ", Error);
  CHECK(seen.empty());
}

TEST_CASE("an error after a failure is reported, and does not hide it") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.callbacks.push_back(std::make_unique<FailingTwice>());
  CHECK_THROWS_WITH_AS(static_cast<void>(fit.run()), "first", Error);
  REQUIRE(fit.log.warnings().size() == 1);
  CHECK(fit.log.warnings().front() == "after the training failed: second");
  CHECK(fit.record.finished == 0);
}

TEST_CASE("callbacks and loggers are notified of a training that ends with a thrown number") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  std::vector<std::string> seen;
  fit.spec.callbacks.push_back(std::make_unique<HookRecorder>(seen));
  fit.spec.callbacks.push_back(std::make_unique<AtBatchEnd>([](Trainer&, const BatchEnd&) -> Action { throw 42; }));
  CHECK_THROWS_AS(static_cast<void>(fit.run()), int);
  CHECK(seen.back().starts_with("on_exception an object that is no std::exception was thrown: let the plugin throw"));
  CHECK(fit.record.finished == 0);
}
