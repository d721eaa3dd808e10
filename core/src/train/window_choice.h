#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

#include "pipeline/data/windows.h"
#include "pipeline/train/training.h"

namespace pipeline {

/// The windows that an epoch of training draws from a split.
class WindowChoice {
 public:
  /// Only training limits or draws windows; validation and test take each once.
  WindowChoice(const Windows& windows, Split split, const LoaderOptions& options, std::int64_t all_ranks_batch_size);

  /// The number of windows of one pass.
  [[nodiscard]] std::int64_t count() const { return count_; }
  /// Whether a pass draws at random which windows it takes, and not only their order.
  [[nodiscard]] bool draws() const { return draws_; }
  /// The windows of one pass in order: [count] int64. Undefined: all windows of the split as they come.
  ///
  /// If it draws(): with a generator seeded with `seed`, torch.randint(series, (count,)), then torch.rand(count, dtype=float64); the window
  /// is number floor(random * windows) of that series. Else, if `shuffled`, torch.randperm(count) of that generator.
  [[nodiscard]] torch::Tensor order(std::int64_t seed, bool shuffled) const;

 private:
  [[nodiscard]] std::int64_t windows_of(std::size_t series) const;

  std::vector<std::int64_t> first_;  ///< window that each series begins with: of those of the split that may be taken, the oldest
  std::vector<std::int64_t> place_;  ///< [series + 1] number of windows that may be taken before each series
  std::int64_t count_ = 0;
  bool draws_ = false, limited_ = false;
};

}  // namespace pipeline
