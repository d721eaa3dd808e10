#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "combination.h"
#include "members.h"
#include "pipeline/data/forecasts.h"
#include "pipeline/data/windows.h"
#include "pipeline/options.h"
#include "pipeline/stage.h"
#include "selection.h"

namespace pipeline::stage::ensemble {

/// What greedy weights make small.
enum class Measure { automatic, mase, wql };

}  // namespace pipeline::stage::ensemble

template <>
struct pipeline::Words<pipeline::stage::ensemble::Measure> {
  static constexpr std::array words{"auto", "mase", "wql"};
};

namespace pipeline::stage::ensemble {

struct EnsembleOptions {
  Method method = Method::greedy;
  std::vector<std::string> models;
  Measure metric = Measure::automatic;
  std::int64_t rounds = 100;
  std::vector<double> quantiles{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};

  static constexpr auto options() {
    return option_list<EnsembleOptions>(
        option("method", &EnsembleOptions::method,
               "greedy: the weighted mean that is best on the calibration windows, where there are some, else on validation. mean, median: "
               "of all members alike."),
        option("models", &EnsembleOptions::models,
               "The members: trained models by their stage, others as \"baselines/Theta\" or \"Theta\"; empty: all of the workflow."),
        option("metric", &EnsembleOptions::metric, "What greedy makes small there; auto: wql where all members have quantiles, else mase."),
        option("rounds", &EnsembleOptions::rounds, "Members that greedy adds, one by one; one may be added many times.").between(1, 10'000),
        option("quantiles", &EnsembleOptions::quantiles,
               "Levels of the quantiles that a trained model of a distribution gives; other members give their own.")
            .above(0)
            .below(1)
            .items(1));
  }
};

/// Combines trained models and forecasts of other stages, and leaves the artifact "forecasts" with one model of the method's name, at the
/// levels that all members have. The forecasts of trained models are artifacts of their own, networks/<stage>. ensemble.json holds the
/// weights, and where greedy chose them the losses:
///
///     {"method": "greedy", "chosen_on": "val", "metric": "mase", "val_mase": 0.81, "members": {"train": 0.93, "baselines/Theta": 0.85},
///      "weights": {"train": 0.4, "baselines/Theta": 0.6}, "levels": [], "checkpoints": {"train": "/.../best.ckpt"}}
class EnsembleStage final : public Stage {
 public:
  using Options = EnsembleOptions;
  explicit EnsembleStage(EnsembleOptions options) : options_(std::move(options)) {}
  void run(StageContext& context) override;

 private:
  /// The weights of the members, and in `record` what they came from.
  [[nodiscard]] std::vector<double> choose_weights(std::span<const Member> members, const Windows& windows, StageContext& context,
                                                   Value& record) const;
  void combine(std::span<const Member> members, std::span<const double> weights, std::span<const double> levels,
               std::span<double> out) const;

  EnsembleOptions options_;
};

}  // namespace pipeline::stage::ensemble
