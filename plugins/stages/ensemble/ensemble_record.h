#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "combination.h"

namespace pipeline::stage::ensemble {

inline constexpr const char* record_file_name = "ensemble.json";

/// A member that an ensemble combines.
struct WeightedMember {
  std::string name;  ///< "train", "baselines/Theta"
  double weight = 0;
  std::filesystem::path checkpoint{};  ///< of a trained model, else empty
};

/// What an ensemble needs to forecast: ensemble.json without the losses.
struct EnsembleRecord {
  Method method = Method::greedy;
  std::vector<double> levels{};  ///< of the quantiles
  std::vector<WeightedMember> members{};
};

/// The members with a weight in ensemble.json of the stage's folder. Error (data) for a missing or damaged file, with the cure.
[[nodiscard]] EnsembleRecord read_record(const std::filesystem::path& folder);

}  // namespace pipeline::stage::ensemble
