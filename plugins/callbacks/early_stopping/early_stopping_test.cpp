#include "early_stopping/early_stopping.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "pipeline/errors.h"
#include "support/fake_trainer.h"

using namespace pipeline;
using callbacks::early_stopping::EarlyStopping;
using test::FakeTrainer;

namespace {

/// The epoch in which a run over these values of val_loss stops; -1 if it does not stop.
std::int64_t stopped_in(EarlyStopping& callback, FakeTrainer& trainer, const std::vector<double>& values, std::string* reason = nullptr) {
  callback.resolve(trainer);
  callback.setup(trainer);
  for (trainer.epoch = 0; trainer.epoch < std::ssize(values); ++trainer.epoch) {
    trainer.metrics["val_loss"] = values[static_cast<std::size_t>(trainer.epoch)];
    const Action action = callback.on_train_epoch_end(trainer);
    if (action.kind != Action::Kind::stop_training) continue;
    if (reason) *reason = action.reason;
    return trainer.epoch;
  }
  return -1;
}

EarlyStopping::Options watching(std::int64_t patience) {
  EarlyStopping::Options options;
  options.monitor = "val_loss";
  options.patience = patience;
  return options;
}

}  // namespace

TEST_CASE("training stops after `patience` checks without an improvement") {
  FakeTrainer trainer;
  EarlyStopping callback(watching(2));
  std::string reason;
  CHECK(stopped_in(callback, trainer, {1.0, 0.5, 0.6, 0.4, 0.4, 0.45, 0.1}, &reason) == 5);
  CHECK(reason == "Monitored metric val_loss did not improve in the last 2 records. Best score: 0.4000.");
}

TEST_CASE("a change of min_delta or less is no improvement") {
  FakeTrainer trainer;
  auto options = watching(1);
  options.min_delta = 0.25;
  EarlyStopping strictly(options);
  CHECK(stopped_in(strictly, trainer, {1.0, 0.5, 0.25}) == 2);
  options.mode = "max";
  EarlyStopping upwards(options);
  CHECK(stopped_in(upwards, trainer, {1.0, 1.5, 1.75}) == 2);
}

TEST_CASE("mode auto, the default, follows the metric, and min or max are taken as given") {
  FakeTrainer trainer;
  CHECK(EarlyStopping::Options().mode == "auto");
  EarlyStopping smaller(watching(1));
  CHECK(stopped_in(smaller, trainer, {0.5, 0.75}) == 1);
  CHECK(smaller.state_key() == "EarlyStopping{'monitor': 'val_loss', 'mode': 'min'}");
  trainer.larger_metrics = {"val_loss"};
  EarlyStopping larger(watching(1));
  CHECK(stopped_in(larger, trainer, {0.5, 0.75, 0.625}) == 2);
  CHECK(larger.state_key() == "EarlyStopping{'monitor': 'val_loss', 'mode': 'max'}");
  auto options = watching(1);
  options.mode = "min";
  EarlyStopping given(options);
  CHECK(stopped_in(given, trainer, {0.5, 0.75}) == 1);
}

TEST_CASE("a metric that is not finite stops the training unless check_finite is off") {
  FakeTrainer trainer;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EarlyStopping checks(watching(9));
  std::string reason;
  CHECK(stopped_in(checks, trainer, {1.0, nan}, &reason) == 1);
  CHECK(reason == "Monitored metric val_loss = nan is not finite. Previous best value was 1.000.");
  auto options = watching(2);
  options.check_finite = false;
  EarlyStopping ignores(options);
  CHECK(stopped_in(ignores, trainer, {1.0, nan, 0.5, nan, nan}) == 4);
}

TEST_CASE("thresholds stop the training at once") {
  FakeTrainer trainer;
  auto options = watching(9);
  options.stopping_threshold = 0.1;
  options.divergence_threshold = 5;
  EarlyStopping good(options), bad(options);
  std::string reason;
  CHECK(stopped_in(good, trainer, {1.0, 0.1, 0.05}, &reason) == 2);
  CHECK(reason == "Stopping threshold reached: val_loss = 0.05000 < 0.1.");
  CHECK(stopped_in(bad, trainer, {1.0, 5.0, 6.0}, &reason) == 2);
  CHECK(reason == "Divergence threshold reached: val_loss = 6.000 > 5.");
}

TEST_CASE("a missing metric is an error that names the nearest one") {
  FakeTrainer trainer;
  trainer.metrics = {{"train_loss", 1.0}, {"val_loss", 1.0}, {"val_rmse", 1.0}};
  auto options = watching(1);
  options.monitor = "val_los";
  EarlyStopping callback(options);
  callback.setup(trainer);
  CHECK_THROWS_WITH_AS(callback.on_train_epoch_end(trainer),
                       "EarlyStopping watches \"val_los\", which is no metric of this training; did you mean \"val_loss\"?", Error);
  CHECK(callback.monitor() == "val_los");

  options.strict = false;
  options.verbose = true;
  EarlyStopping lenient(options);
  lenient.setup(trainer);
  CHECK(lenient.on_train_epoch_end(trainer).kind == Action::Kind::proceed);
  CHECK(trainer.recording.warnings().size() == 1);
  CHECK(lenient.monitor().empty());
}

TEST_CASE("if not every epoch validates, the check follows the validation") {
  FakeTrainer trainer;
  trainer.epochs_between_validations = 2;
  trainer.metrics["val_loss"] = std::numeric_limits<double>::infinity();
  EarlyStopping callback(watching(1));
  callback.setup(trainer);
  CHECK(callback.on_train_epoch_end(trainer).kind == Action::Kind::proceed);
  trainer.sanity = true;
  CHECK(callback.on_validation_end(trainer).kind == Action::Kind::proceed);
  trainer.sanity = false;
  CHECK(callback.on_validation_end(trainer).kind == Action::Kind::stop_training);
}

TEST_CASE("fast_dev_run never stops early") {
  FakeTrainer trainer;
  trainer.dev_run = true;
  EarlyStopping callback(watching(1));
  CHECK(stopped_in(callback, trainer, {1.0, 2.0, 3.0}) == -1);
}

TEST_CASE("a continued training goes on with the state it had") {
  FakeTrainer trainer;
  EarlyStopping first(watching(3)), second(watching(99));
  CHECK(stopped_in(first, trainer, {1.0, 0.1 + 0.2, 2.0}) == -1);
  CHECK(first.state_key() == "EarlyStopping{'monitor': 'val_loss', 'mode': 'min'}");
  const State state = first.state_dict();
  CHECK(state.at("wait_count").as_int() == 1);
  CHECK(state.at("best_score").as_tensor().item<double>() == 0.1 + 0.2);
  second.load_state_dict(state);
  CHECK(stopped_in(second, trainer, {0.5, 0.5, 0.5}) == 1);
}

TEST_CASE("verbose logs every improvement") {
  FakeTrainer trainer;
  auto options = watching(3);
  options.verbose = true;
  EarlyStopping callback(options);
  CHECK(stopped_in(callback, trainer, {1.0, 0.5}) == -1);
  CHECK(trainer.recording.infos() ==
        std::vector<std::string>{"Metric val_loss improved. New best score: 1.000",
                                 "Metric val_loss improved by 0.5000 >= min_delta = 0. New best score: 0.5000"});
}

TEST_CASE("check_on_train_epoch_end takes true or false") {
  CHECK_THROWS_WITH_AS(
      static_cast<void>(bind_options<EarlyStopping::Options>(Value::Map{{"monitor", "val_loss"}, {"check_on_train_epoch_end", "yes"}})),
      "check_on_train_epoch_end takes true or false, got a string (\"yes\")", Error);
}
