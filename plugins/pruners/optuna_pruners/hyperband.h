#pragma once

#include <vector>

#include "halving.h"
#include "pipeline/search/pruner.h"

namespace pipeline::pruner {

struct HyperbandOptions {
  std::int64_t min_resource = 1;
  std::int64_t max_resource = 0;
  std::int64_t reduction_factor = 3;
  std::int64_t bootstrap_count = 0;

  static constexpr auto options() {
    return option_list<HyperbandOptions>(
        option("min_resource", &HyperbandOptions::min_resource, "The epoch of the first decision of the strictest bracket.").at_least(1),
        option("max_resource", &HyperbandOptions::max_resource, "Epochs of a whole trial; 0 takes those of the longest complete one.")
            .at_least(0),
        option("reduction_factor", &HyperbandOptions::reduction_factor, "At each decision one trial in so many goes on.").at_least(2),
        option("bootstrap_count", &HyperbandOptions::bootstrap_count, "Trials that must reach a decision before one goes beyond it.")
            .at_least(0));
  }
};

/// Several successive halvings, from strict to patient: Optuna's HyperbandPruner. The study's name and the trial's number decide the
/// trial's bracket. Li et al., JMLR 2018.
class HyperbandPruner final : public Pruner {
 public:
  using Options = HyperbandOptions;
  explicit HyperbandPruner(Options options) : options_(options) {}
  [[nodiscard]] bool prune(const StudyState& study, Trial& trial) override;

 private:
  void make_brackets(const StudyState& study);
  [[nodiscard]] std::size_t bracket_of(const StudyState& study, std::int64_t number) const;

  Options options_;
  std::vector<SuccessiveHalvingPruner> brackets_;
  std::vector<std::uint32_t> budgets_;  ///< by bracket: its share of the trials
};

}  // namespace pipeline::pruner
