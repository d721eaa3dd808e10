#include "pipeline/plugin.h"

#include "halving.h"
#include "hyperband.h"
#include "percentile.h"

namespace {

/// Ends no trial early.
class NopPruner final : public pipeline::Pruner {
 public:
  using Options = pipeline::NoOptions;
  explicit NopPruner(Options) {}
  [[nodiscard]] bool prune(const pipeline::StudyState&, pipeline::Trial&) override { return false; }
  [[nodiscard]] std::int64_t learns_from() const override { return pipeline::never_learns; }
};

}  // namespace

PIPELINE_PLUGIN("optuna_pruners", "1.0.0", "Apache-2.0", "Optuna's pruners of unpromising trials.") {
  using namespace pipeline;
  using namespace pipeline::pruner;
  registrar.add<Pruner, NopPruner>("NopPruner", "Prunes nothing.");
  registrar.add<Pruner, MedianPruner>("MedianPruner", "Ends a trial that is worse than the median of others at the same epoch.")
      .reference("Optuna's MedianPruner");
  registrar
      .add<Pruner, PercentilePruner>("PercentilePruner", "Ends a trial that is not among the best percent of others at the same epoch.")
      .reference("Optuna's PercentilePruner");
  registrar.add<Pruner, SuccessiveHalvingPruner>("SuccessiveHalvingPruner", "Lets the best few of each round of trials go on.")
      .reference("Li et al., arXiv 1810.05934; Optuna's SuccessiveHalvingPruner");
  registrar.add<Pruner, HyperbandPruner>("HyperbandPruner", "Successive halving in several brackets, from strict to patient.")
      .reference("Li et al., JMLR 2018; Optuna's HyperbandPruner");
}
