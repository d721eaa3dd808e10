#include "timer/timer.h"

#include <doctest/doctest.h>

#include "pipeline/errors.h"
#include "support/fake_trainer.h"

using namespace pipeline;
using callbacks::timer::parse_duration;
using callbacks::timer::Timer;
using test::FakeTrainer;

namespace {

Action after_a_batch(Timer& timer, FakeTrainer& trainer) {
  const torch::Tensor loss = torch::zeros({});
  return timer.on_train_batch_end(trainer, {.batch = {}, .batch_index = 0, .loss = loss});
}

}  // namespace

TEST_CASE("a duration is days, hours, minutes and seconds") {
  CHECK(parse_duration("00:00:00:30") == 30.0);
  CHECK(parse_duration("01:02:03:04") == 86400.0 + 2 * 3600 + 3 * 60 + 4);
  for (const char* text : {"", "30", "00:00:30", "00:00:00:30:1", "a:0:0:0", "0:0:0:-1", "0:0:0:1 "}) CHECK_FALSE(parse_duration(text));
  CHECK_THROWS_WITH_AS(Timer({.duration = "2h"}),
                       "Timer: duration = \"2h\" is no training time: write days:hours:minutes:seconds, e.g. \"00:02:30:00\" for two and a "
                       "half hours",
                       Error);
}

TEST_CASE("training stops when the time is over, at a batch or at an epoch as interval says") {
  FakeTrainer trainer;
  Timer over({.duration = "00:00:00:00"}), later({.duration = "01:00:00:00"});
  Timer endless({});
  Timer by_epoch({.duration = "00:00:00:00", .interval = "epoch"});
  for (Timer* timer : {&over, &later, &by_epoch, &endless}) timer->on_train_start(trainer);
  CHECK(after_a_batch(over, trainer).kind == Action::Kind::stop_training);
  CHECK(over.on_train_epoch_end(trainer).kind == Action::Kind::proceed);
  CHECK(after_a_batch(later, trainer).kind == Action::Kind::proceed);
  CHECK(after_a_batch(endless, trainer).kind == Action::Kind::proceed);
  CHECK(after_a_batch(by_epoch, trainer).kind == Action::Kind::proceed);
  CHECK(by_epoch.on_train_epoch_end(trainer).reason == "Time limit reached. Elapsed time is 0:00:00.");
}

TEST_CASE("the time of the continued run counts") {
  FakeTrainer trainer;
  Timer timer({.duration = "00:01:00:00"});
  timer.load_state_dict(State::Map{{"time_elapsed", State::Map{{"train", 3600.5}}}});
  timer.on_train_start(trainer);
  CHECK(after_a_batch(timer, trainer).reason == "Time limit reached. Elapsed time is 1:00:00.");
  CHECK(timer.state_dict().at("time_elapsed").at("train").as_double() >= 3600.5);
}
