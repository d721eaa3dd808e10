#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "pipeline/options.h"
#include "pipeline/torch/callback.h"

namespace pipeline::callbacks::timer {

struct TimerOptions {
  std::string duration;
  std::string interval = "step";
  bool verbose = true;

  static constexpr auto options() {
    return option_list<TimerOptions>(
        option("duration", &TimerOptions::duration, "Training time: days:hours:minutes:seconds, e.g. \"00:02:30:00\"; empty: no limit.")
            .form(duration_form)
            .role(OptionRole::time_limit),
        option("interval", &TimerOptions::interval, "Look at the clock after every batch, or after every epoch.")
            .choices({"step", "epoch"}),
        option("verbose", &TimerOptions::verbose, "Say so when the time is over.").no_effect_on_result());
  }
};

/// Stops the training after a duration; min_epochs still holds. A continued training counts the time of its earlier runs too.
class Timer final : public Callback {
 public:
  using Options = TimerOptions;
  /// Error (usage) for an invalid duration.
  explicit Timer(Options options);

  void on_train_start(Trainer& trainer) override;
  void on_train_end(Trainer& trainer) override;
  Action on_train_batch_end(Trainer& trainer, const BatchEnd& end) override;
  Action on_train_epoch_end(Trainer& trainer) override;
  [[nodiscard]] std::string state_key() const override { return "Timer"; }
  [[nodiscard]] State state_dict() const override;
  void load_state_dict(const State& state) override;

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] double elapsed() const;  ///< seconds
  Action check(Trainer& trainer);

  Options options_;
  std::optional<double> duration_;  ///< seconds
  std::optional<Clock::time_point> start_;
  double earlier_ = 0;  ///< seconds of the earlier runs of this training
};

/// Seconds of "DD:HH:MM:SS"; nullopt for any other text.
[[nodiscard]] std::optional<double> parse_duration(const std::string& text);

}  // namespace pipeline::callbacks::timer
