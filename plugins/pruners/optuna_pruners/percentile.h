#pragma once

#include "pipeline/search/pruner.h"

namespace pipeline::pruner {

struct PercentileOptions {
  double percentile = 25;
  std::int64_t n_startup_trials = 5;
  std::int64_t n_warmup_steps = 0;
  std::int64_t interval_steps = 1;
  std::int64_t n_min_trials = 1;

  static constexpr auto options() {
    return option_list<PercentileOptions>(
        option("percentile", &PercentileOptions::percentile, "The share of trials kept, in percent.").between(0, 100),
        option("n_startup_trials", &PercentileOptions::n_startup_trials, "Complete trials before any is pruned.").at_least(0),
        option("n_warmup_steps", &PercentileOptions::n_warmup_steps, "Epochs of a trial before it can be pruned.").at_least(0),
        option("interval_steps", &PercentileOptions::interval_steps, "Epochs between two checks.").at_least(1),
        option("n_min_trials", &PercentileOptions::n_min_trials, "Reports of other trials at an epoch needed to compare with.")
            .at_least(1));
  }
};

/// Ends a trial whose best value so far is worse than the percentile of complete trials at the same step: Optuna's PercentilePruner.
class PercentilePruner : public Pruner {
 public:
  using Options = PercentileOptions;
  explicit PercentilePruner(Options options) : options_(options) {}
  [[nodiscard]] bool prune(const StudyState& study, Trial& trial) override;
  [[nodiscard]] std::int64_t learns_from() const override { return options_.n_startup_trials; }

 private:
  Options options_;
};

struct MedianOptions {
  std::int64_t n_startup_trials = 5;
  std::int64_t n_warmup_steps = 0;
  std::int64_t interval_steps = 1;
  std::int64_t n_min_trials = 1;

  static constexpr auto options() {
    return option_list<MedianOptions>(
        option("n_startup_trials", &MedianOptions::n_startup_trials, "Complete trials before any is pruned.").at_least(0),
        option("n_warmup_steps", &MedianOptions::n_warmup_steps, "Epochs of a trial before it can be pruned.").at_least(0),
        option("interval_steps", &MedianOptions::interval_steps, "Epochs between two checks.").at_least(1),
        option("n_min_trials", &MedianOptions::n_min_trials, "Reports of other trials at an epoch needed to compare with.").at_least(1));
  }
};

/// The 50th percentile: Optuna's MedianPruner, which is Optuna's default.
class MedianPruner final : public PercentilePruner {
 public:
  using Options = MedianOptions;
  explicit MedianPruner(Options o)
      : PercentilePruner({.percentile = 50,
                          .n_startup_trials = o.n_startup_trials,
                          .n_warmup_steps = o.n_warmup_steps,
                          .interval_steps = o.interval_steps,
                          .n_min_trials = o.n_min_trials}) {}
};

}  // namespace pipeline::pruner
