#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "members.h"
#include "pipeline/data/forecasts.h"
#include "pipeline/data/windows.h"
#include "pipeline/options.h"
#include "pipeline/stage.h"
#include "selection.h"

namespace pipeline::stage::ensemble {

/// greedy: weights that are best on validation. mean, median: of all members alike.
enum class Method { greedy, mean, median };
/// What greedy weights make small on validation.
enum class Measure { automatic, mase, wql };

}  // namespace pipeline::stage::ensemble

template <>
struct pipeline::Words<pipeline::stage::ensemble::Method> {
  static constexpr std::array words{"greedy", "mean", "median"};
};
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

  static constexpr auto options() {
    return option_list<EnsembleOptions>(
        option("method", &EnsembleOptions::method,
               "greedy: the weighted mean that is best on validation. mean, median: of all members alike."),
        option("models", &EnsembleOptions::models, "The members, as \"baselines/Theta\" or \"Theta\"; empty: all that stages forecast."),
        option("metric", &EnsembleOptions::metric,
               "What greedy makes small on validation; auto: wql where all members have quantiles, else mase."),
        option("rounds", &EnsembleOptions::rounds, "Members that greedy adds, one by one; one may be added many times.")
            .between(1, 10'000));
  }
};

/// Combines forecasts of other stages, and leaves the artifact "forecasts" with one model of the method's name, at the levels that all
/// members have, and ensemble.json: the weights, and the losses on validation.
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
