#pragma once

#include <vector>

#include "pipeline/search/pruner.h"

namespace pipeline::pruner {

struct HalvingOptions {
  std::int64_t min_resource = 0;
  std::int64_t reduction_factor = 4;
  std::int64_t min_early_stopping_rate = 0;
  std::int64_t bootstrap_count = 0;

  static constexpr auto options() {
    return option_list<HalvingOptions>(
        option("min_resource", &HalvingOptions::min_resource,
               "The epoch of the first decision; 0 takes a hundredth of the longest complete trial.")
            .at_least(0),
        option("reduction_factor", &HalvingOptions::reduction_factor,
               "At each decision one trial in so many goes on, and the next one is so many times as far.")
            .at_least(2),
        option("min_early_stopping_rate", &HalvingOptions::min_early_stopping_rate, "Decisions left out at the beginning.").at_least(0),
        option("bootstrap_count", &HalvingOptions::bootstrap_count, "Trials that must reach a decision before one goes beyond it.")
            .at_least(0));
  }
};

/// Asynchronous successive halving: Optuna's SuccessiveHalvingPruner. Records `completed_rung_<k>` in the trial.
/// Li et al., arXiv 1810.05934.
class SuccessiveHalvingPruner final : public Pruner {
 public:
  using Options = HalvingOptions;
  explicit SuccessiveHalvingPruner(Options options) : options_(options) {}
  [[nodiscard]] bool prune(const StudyState& study, Trial& trial) override;
  /// The same, in competition with `trials` only.
  [[nodiscard]] bool prune_among(const std::vector<const Trial*>& trials, bool minimize, Trial& trial);

 private:
  Options options_;
};

}  // namespace pipeline::pruner
