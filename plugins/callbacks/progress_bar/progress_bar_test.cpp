#include "progress_bar/progress_bar.h"

#include <doctest/doctest.h>

#include "support/fake_trainer.h"

using namespace pipeline;
using namespace pipeline::callbacks::progress_bar;

namespace {

/// Two epochs of four batches with a validation each.
void run_training(ProgressBar& callback, test::FakeTrainer& trainer) {
  const Batch batch;
  const torch::Tensor loss = torch::tensor(0.5);
  trainer.epochs_at_most = 2;
  callback.on_train_start(trainer);
  for (trainer.epoch = 0; trainer.epoch < 2; ++trainer.epoch) {
    callback.on_train_epoch_start(trainer);
    for (std::int64_t i = 0; i < 4; ++i) {
      static_cast<void>(callback.on_train_batch_end(trainer, {.batch = batch, .batch_index = i, .loss = loss}));
    }
    callback.on_validation_start(trainer);
    for (std::int64_t i = 0; i < 2; ++i) callback.on_validation_batch_end(trainer, {.batch = {}, .batch_index = i, .forecast = {}});
    trainer.metrics = {{"train_loss", 0.5}, {"val_loss", 0.25}};
    static_cast<void>(callback.on_train_epoch_end(trainer));
  }
  callback.on_train_end(trainer);
}

}  // namespace

TEST_CASE("without a terminal there is one line an epoch") {
  test::FakeTrainer trainer(false);
  ProgressBar callback({});
  run_training(callback, trainer);
  const auto lines = trainer.recording.infos();
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].starts_with("epoch 2/2: train_loss 0.5000, val_loss 0.2500, "));
  for (const std::string& text : trainer.recording.status()) CHECK(text.empty());
}

TEST_CASE("a terminal has one line that moves and is gone in the end") {
  test::FakeTrainer trainer(true);
  ProgressBar callback({});
  run_training(callback, trainer);
  CHECK(trainer.recording.infos().empty());
  const auto status = trainer.recording.status();
  REQUIRE(status.size() >= 2);
  CHECK(status.front().starts_with("Epoch 1/2 ["));
  CHECK(status.front().find("train_loss 0.5000") != std::string::npos);
  CHECK(status.back().empty());
}

TEST_CASE("refresh_rate = 0 shows nothing, leave keeps a line of every epoch") {
  test::FakeTrainer silent(true), kept(true);
  ProgressBar nothing({.refresh_rate = 0}), lines({.leave = true});
  run_training(nothing, silent);
  CHECK(silent.recording.infos().empty());
  for (const std::string& text : silent.recording.status()) CHECK(text.empty());
  run_training(lines, kept);
  CHECK(kept.recording.infos().size() == 2);
}

TEST_CASE("the moving line fits the terminal: the bar gives way first, then the end") {
  const Progress progress{.epoch = 1,
                          .epochs = 80,
                          .batch = 120,
                          .batches = 240,
                          .batches_per_second = 51.24,
                          .train_loss = 0.12345,
                          .val_loss = 2.0,
                          .seconds_left = 83};
  CHECK(moving_line(progress, 120) ==
        "Epoch 2/80 [===============>              ] 120/240 51.2 it/s train_loss 0.1235 val_loss 2.000 ETA 1:23");
  for (int width = 1; width < 130; ++width) CHECK(moving_line(progress, width).size() < static_cast<std::size_t>(std::max(width, 2)));
  CHECK(moving_line(progress, 60) == "Epoch 2/80 [=====>    ] 120/240 51.2 it/s train_loss 0.1235");
  CHECK(moving_line(progress, 20) == "Epoch 2/80 120/240");
}

TEST_CASE("times are shown as clocks show them") {
  CHECK(clock_text(0.4) == "0:00");
  CHECK(clock_text(83) == "1:23");
  CHECK(clock_text(4000) == "1:06:40");
}
