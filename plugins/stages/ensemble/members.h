#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pipeline/data/forecasts.h"
#include "pipeline/stage.h"

namespace pipeline::stage::ensemble {

/// A forecaster that an ensemble may take.
struct Member {
  std::string label;  ///< "baselines/Theta"; of a trained model its stage: "train"
  std::shared_ptr<const Forecasts> forecasts;
  std::size_t model = 0;               ///< its number in the artifact
  std::filesystem::path checkpoint{};  ///< of a trained model, else empty

  [[nodiscard]] const std::vector<double>& levels() const { return forecasts->models()[model].levels; }
  /// Targets of series that it could not fit, where the last value stands.
  [[nodiscard]] std::int64_t replaced() const { return forecasts->models()[model].replaced; }
  /// The forecast of a cell, a number below origins x horizon x targets.
  [[nodiscard]] double point(std::size_t cell) const { return forecasts->values(model)[cell * (1 + levels().size())]; }
  /// The quantile of a cell at one of the member's levels.
  [[nodiscard]] double quantile(std::size_t cell, std::size_t level) const {
    return forecasts->values(model)[cell * (1 + levels().size()) + 1 + level];
  }
};

/// The trained models and the forecasters of all inputs that `wanted` names, as "train", "baselines/Theta" or "Theta"; all of them if it is
/// empty. Trained models forecast their windows here, into artifacts "forecasts" in the folder networks/<stage> of the stage's own;
/// `quantiles`: the levels that one of a distribution gives. Error (usage) where there is none, for a name that there is not, one that
/// several have, one that stands twice, and for forecasts from other origins than those of the first.
[[nodiscard]] std::vector<Member> read_members(const StageContext& context, const std::vector<std::string>& wanted,
                                               std::span<const double> quantiles);
/// The levels that all members have.
[[nodiscard]] std::vector<double> common_levels(std::span<const Member> members);
/// [levels] the number of each level among those of a member.
[[nodiscard]] std::vector<std::size_t> places_of(std::span<const double> levels, const Member& member);

}  // namespace pipeline::stage::ensemble
