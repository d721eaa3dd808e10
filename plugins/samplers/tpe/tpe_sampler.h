#pragma once

#include <map>
#include <string>

#include "pipeline/search/sampler.h"

namespace pipeline::sampler::tpe {

struct TPEOptions {
  std::int64_t n_startup_trials = 10;
  std::int64_t n_ei_candidates = 24;
  bool multivariate = true;
  bool constant_liar = true;

  static constexpr auto options() {
    return option_list<TPEOptions>(
        option("n_startup_trials", &TPEOptions::n_startup_trials, "Trials drawn at random before the model takes over.").at_least(0),
        option("n_ei_candidates", &TPEOptions::n_ei_candidates, "Points drawn from the model of good trials, the best of which is taken.")
            .between(1, 1'000'000),
        option("multivariate", &TPEOptions::multivariate, "Model the parameters together; false models each alone, as Optuna 4 does."),
        option("constant_liar", &TPEOptions::constant_liar, "Count trials that still run as bad ones, so that workers keep apart."));
  }
};

/// Tree-structured Parzen estimator: draws where good trials are dense and the others are not.
/// Bergstra et al., NeurIPS 2011; Watanabe, arXiv 2304.11127; with the defaults of Optuna 5.0's TPESampler.
class TPESampler final : public Sampler {
 public:
  using Options = TPEOptions;
  TPESampler(Options options, const SamplerContext& context);

  [[nodiscard]] std::map<std::string, double> begin(const StudyState& study, Trial& trial) override;
  [[nodiscard]] double sample(const StudyState& study, const Trial& trial, const std::string& name,
                              const Distribution& distribution) override;
  [[nodiscard]] std::int64_t learns_from() const override { return options_.n_startup_trials; }

 private:
  [[nodiscard]] std::map<std::string, double> sample_space(const StudyState& study, const Trial& trial,
                                                           const std::map<std::string, Distribution>& space, RandomState& random) const;

  Options options_;
  Randomness model_random_, startup_random_;  ///< two with the same seed, as in Optuna
};

}  // namespace pipeline::sampler::tpe
