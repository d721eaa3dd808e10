#include "progress_bar.h"

#include <algorithm>

namespace pipeline::callbacks::progress_bar {

namespace {

constexpr std::chrono::milliseconds least_time_between_draws{100};

double seconds_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::optional<double> metric(Trainer& trainer, const char* name) {
  const auto& metrics = trainer.callback_metrics();
  const auto found = metrics.find(name);
  return found == metrics.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

void ProgressBar::on_sanity_check_start(Trainer& trainer) {
  if (options_.refresh_rate > 0 && trainer.log().is_terminal()) trainer.log().status_line("Sanity check");
}

void ProgressBar::on_sanity_check_end(Trainer& trainer) { trainer.log().status_line(""); }

void ProgressBar::on_train_start(Trainer& trainer) {
  moves_ = options_.refresh_rate > 0 && trainer.log().is_terminal();
  train_start_ = epoch_start_ = Clock::now();
  first_epoch_ = trainer.current_epoch();
}

void ProgressBar::on_train_epoch_start(Trainer&) {
  epoch_start_ = Clock::now();
  batches_done_ = 0;
  train_seconds_ = 0;
}

Action ProgressBar::on_train_batch_end(Trainer& trainer, const BatchEnd& end) {
  batches_done_ = end.batch_index + 1;
  if (!moves_ || !is_due(batches_done_, trainer.num_training_batches())) return Action::proceed();
  train_seconds_ = seconds_between(epoch_start_, last_drawn_);
  Progress now = progress(trainer);
  now.train_loss = end.loss.item<double>();
  now.seconds_left = seconds_left(trainer, last_drawn_);
  trainer.log().status_line(moving_line(now, trainer.log().terminal_width()));
  return Action::proceed();
}

void ProgressBar::on_validation_start(Trainer& trainer) {
  if (!trainer.sanity_checking()) train_seconds_ = seconds_between(epoch_start_, Clock::now());
}

void ProgressBar::on_validation_batch_end(Trainer& trainer, const ValidationBatchEnd& end) {
  if (!moves_ || trainer.sanity_checking() || !is_due(end.batch_index + 1, trainer.num_val_batches())) return;
  Progress now = progress(trainer);
  now.doing = "Validation";
  now.batch = end.batch_index + 1;
  now.batches = trainer.num_val_batches();
  now.batches_per_second = 0;
  trainer.log().status_line(moving_line(now, trainer.log().terminal_width()));
}

Action ProgressBar::on_train_epoch_end(Trainer& trainer) {
  if (options_.refresh_rate == 0 || (moves_ && !options_.leave)) return Action::proceed();
  const double seconds = seconds_between(epoch_start_, Clock::now());
  if (train_seconds_ == 0 || trainer.num_val_batches() == 0) train_seconds_ = seconds;
  Progress now = progress(trainer);
  now.train_loss = metric(trainer, "train_loss");
  trainer.log().info(epoch_line(now, seconds));
  return Action::proceed();
}

void ProgressBar::on_train_end(Trainer& trainer) { trainer.log().status_line(""); }

void ProgressBar::on_exception(Trainer& trainer, const std::string&) { trainer.log().status_line(""); }

bool ProgressBar::is_due(std::int64_t done, std::int64_t of) {
  if (done % options_.refresh_rate != 0 && done != of) return false;
  const Clock::time_point now = Clock::now();
  if (now - last_drawn_ < least_time_between_draws) return false;
  last_drawn_ = now;
  return true;
}

Progress ProgressBar::progress(Trainer& trainer) const {
  return {.doing = "Epoch",
          .epoch = trainer.current_epoch(),
          .epochs = std::max<std::int64_t>(trainer.max_epochs(), 0),
          .batch = batches_done_,
          .batches = trainer.num_training_batches(),
          .batches_per_second = train_seconds_ > 0 ? static_cast<double>(batches_done_) / train_seconds_ : 0,
          .train_loss = {},
          .val_loss = metric(trainer, "val_loss"),
          .seconds_left = {}};
}

/// Estimated from the time per epoch so far, up to max_epochs; callbacks may end the training earlier.
std::optional<double> ProgressBar::seconds_left(Trainer& trainer, Clock::time_point now) const {
  const auto epochs = static_cast<double>(trainer.max_epochs() - first_epoch_);
  const auto batches = static_cast<double>(trainer.num_training_batches());
  const double done = static_cast<double>(trainer.current_epoch() - first_epoch_) + static_cast<double>(batches_done_) / batches;
  if (epochs <= 0 || batches <= 0 || done <= 0) return std::nullopt;
  return seconds_between(train_start_, now) / done * (epochs - done);
}

}  // namespace pipeline::callbacks::progress_bar
