#pragma once

#include <cstdint>
#include <filesystem>

#include "pipeline/search/search.h"

namespace pipeline::stage::optimize {

/// The checkpoints of the best `keep` trials, in one folder that several processes fill: trial-<number>.ckpt.
class TrialCheckpoints {
 public:
  /// `keep`: -1 for all.
  TrialCheckpoints(std::filesystem::path folder, std::int64_t keep);

  /// Moves a finished trial's checkpoint here if it is among the best, and removes those that no longer are.
  void take(const StudyState& study, const Trial& trial, const std::filesystem::path& checkpoint) const;

 private:
  [[nodiscard]] std::filesystem::path file_of(std::int64_t number) const;

  std::filesystem::path folder_;
  std::int64_t keep_;
};

}  // namespace pipeline::stage::optimize
