#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "../monitor.h"
#include "pipeline/options.h"
#include "pipeline/torch/callback.h"

namespace pipeline::callbacks::early_stopping {

struct EarlyStoppingOptions {
  std::string monitor;
  double min_delta = 0;
  std::int64_t patience = 3;
  bool verbose = false;
  std::string mode = "auto";
  bool strict = true;
  bool check_finite = true;
  Value stopping_threshold;
  Value divergence_threshold;
  Value check_on_train_epoch_end;

  static constexpr auto options() {
    return option_list<EarlyStoppingOptions>(
        option("monitor", &EarlyStoppingOptions::monitor, "The metric that is watched.").role(OptionRole::metric).required(),
        option("min_delta", &EarlyStoppingOptions::min_delta, "A change of this size or less is no improvement.").at_least(0),
        option("patience", &EarlyStoppingOptions::patience, "Checks without an improvement after which the training stops.").at_least(0),
        option("verbose", &EarlyStoppingOptions::verbose, "Say every improvement.").no_effect_on_result(),
        option("mode", &EarlyStoppingOptions::mode, mode_doc).choices({"auto", "min", "max"}),
        option("strict", &EarlyStoppingOptions::strict, "A metric that is not there is an error rather than ignored."),
        option("check_finite", &EarlyStoppingOptions::check_finite, "Stop when the metric is NaN or infinite."),
        option("stopping_threshold", &EarlyStoppingOptions::stopping_threshold, "Stop once the metric is better than this.").number(),
        option("divergence_threshold", &EarlyStoppingOptions::divergence_threshold, "Stop once the metric is worse than this.").number(),
        option("check_on_train_epoch_end", &EarlyStoppingOptions::check_on_train_epoch_end,
               "Check at the end of the training epoch (true) or of the validation (false); unset: of the epoch where every epoch "
               "validates.")
            .flag());
  }
};

/// Stops the training when a metric no longer improves. Options and state are those of Lightning's EarlyStopping, and so are the defaults,
/// except that mode is min there.
class EarlyStopping : public Callback {
 public:
  using Options = EarlyStoppingOptions;
  explicit EarlyStopping(Options options);

  void resolve(Trainer& trainer) override;
  void setup(Trainer& trainer) override;
  Action on_train_epoch_end(Trainer& trainer) override;
  Action on_validation_end(Trainer& trainer) override;

  [[nodiscard]] std::string state_key() const override;
  [[nodiscard]] State state_dict() const override;
  void load_state_dict(const State& state) override;
  [[nodiscard]] std::string monitor() const override;

 private:
  /// Lightning's EarlyStoppingReason, by its numbers.
  enum class Reason : std::int64_t { not_stopped = 0, stopping_threshold, divergence_threshold, patience_exhausted, non_finite_metric };
  struct Stop {
    Reason reason;
    std::string message;
  };

  Action check(Trainer& trainer);
  [[nodiscard]] std::optional<Stop> judge(double current, Log& log);
  [[nodiscard]] bool larger_is_better() const { return options_.mode == "max"; }
  [[nodiscard]] bool better(double a, double b) const { return larger_is_better() ? a > b : a < b; }
  [[nodiscard]] double worst() const;
  void improve(double current, Log& log);

  Options options_;
  bool on_train_epoch_end_ = true;
  std::int64_t wait_count_ = 0, stopped_epoch_ = 0;
  double best_score_ = 0;
  Reason reason_ = Reason::not_stopped;
  std::string reason_message_;
};

}  // namespace pipeline::callbacks::early_stopping
