#include "every_kind.h"
#include "pipeline/data/feature.h"
#include "pipeline/search/pruner.h"
#include "pipeline/search/sampler.h"
#include "pipeline/stage.h"

namespace every_kind {

namespace {

/// Draws every parameter uniformly.
class OutsideSampler final : public pipeline::Sampler {
 public:
  using Options = pipeline::NoOptions;
  OutsideSampler(Options, const pipeline::SamplerContext& context) : random_(context.seed, context.mode) {}
  double sample(const pipeline::StudyState& study, const pipeline::Trial& trial, const std::string& name,
                const pipeline::Distribution& distribution) override {
    return pipeline::draw_uniform(distribution, random_.at(pipeline::draw_index(study, trial), name));
  }

 private:
  pipeline::Randomness random_;
};

/// Ends every third trial at its first report.
class OutsidePruner final : public pipeline::Pruner {
 public:
  using Options = pipeline::NoOptions;
  explicit OutsidePruner(Options) {}
  bool prune(const pipeline::StudyState&, pipeline::Trial& trial) override { return trial.number % 3 == 2; }
};

/// Counts the artifacts that it is given.
class OutsideStage final : public pipeline::Stage {
 public:
  using Options = pipeline::NoOptions;
  explicit OutsideStage(Options) {}
  void run(pipeline::StageContext& context) override {
    context.summary["inputs"] = static_cast<std::int64_t>(context.inputs_of("checkpoint").size());
  }
};

/// Adds nothing: no stage asks it to.
class OutsideFeature final : public pipeline::Feature {
 public:
  using Options = pipeline::NoOptions;
  explicit OutsideFeature(Options) {}
  std::vector<std::string> reads() const override { return {}; }
  std::vector<pipeline::FeatureColumn> columns() const override { return {}; }
  void apply(const pipeline::FeatureRows&, std::span<double>) const override {}
};

}  // namespace

void add_search(pipeline::Registrar& registrar) {
  registrar.add<pipeline::Sampler, OutsideSampler>("OutsideSampler", "Draws uniformly.");
  registrar.add<pipeline::Pruner, OutsidePruner>("OutsidePruner", "Ends every third trial.");
  registrar.add<pipeline::Stage, OutsideStage>("outside_stage", "Counts checkpoints.")
      .needs_all("checkpoint")
      .gives("count")
      .without_randomness();
  registrar.add<pipeline::Feature, OutsideFeature>("OutsideFeature", "Adds nothing.");
}

}  // namespace every_kind
