#include "timer.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include "pipeline/errors.h"

namespace pipeline::callbacks::timer {

namespace {

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", static_cast<long long>(whole / 3600),
                static_cast<long long>(whole / 60 % 60), static_cast<long long>(whole % 60));
  return text.data();
}

}  // namespace

std::optional<double> parse_duration(const std::string& text) {
  constexpr std::array<double, 4> seconds_of{86'400, 3'600, 60, 1};
  const char *at = text.data(), *const end = text.data() + text.size();
  double total = 0;
  for (std::size_t i = 0; i < seconds_of.size(); ++i) {
    if (i > 0) {
      if (at == end || *at != ':') return std::nullopt;
      ++at;
    }
    unsigned number = 0;
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc()) return std::nullopt;
    at = rest;
    total += number * seconds_of[i];
  }
  return at == end ? std::optional(total) : std::nullopt;
}

Timer::Timer(Options options) : options_(std::move(options)) {
  if (options_.duration.empty()) return;
  duration_ = parse_duration(options_.duration);
  if (!duration_) {
    throw usage_error("Timer: duration = \"" + options_.duration +
                      "\" is no training time: write days:hours:minutes:seconds, e.g. \"00:02:30:00\" for two and a half hours");
  }
}

void Timer::on_train_start(Trainer&) { start_ = Clock::now(); }

void Timer::on_train_end(Trainer&) {
  earlier_ = elapsed();
  start_.reset();
}

Action Timer::on_train_batch_end(Trainer& trainer, const BatchEnd&) {
  return options_.interval == "step" ? check(trainer) : Action::proceed();
}

Action Timer::on_train_epoch_end(Trainer& trainer) { return options_.interval == "epoch" ? check(trainer) : Action::proceed(); }

Action Timer::check(Trainer& trainer) {
  const double seconds = elapsed();
  if (!duration_ || seconds < *duration_) return Action::proceed();
  const std::string message = "Time limit reached. Elapsed time is " + clock_text(seconds) + ".";
  if (options_.verbose) trainer.log().info(message);
  return Action::stop_training(message);
}

double Timer::elapsed() const {
  const double now = start_ ? std::chrono::duration<double>(Clock::now() - *start_).count() : 0;
  return earlier_ + now;
}

State Timer::state_dict() const { return State::Map{{"time_elapsed", State::Map{{"train", elapsed()}}}}; }

void Timer::load_state_dict(const State& state) { earlier_ = state.at("time_elapsed").at("train").as_double(); }

}  // namespace pipeline::callbacks::timer
