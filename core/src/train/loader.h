#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "pipeline/train/training.h"
#include "train/batch.h"
#include "train/loader_prefetch.h"

namespace pipeline {

/// Cuts a split into batches, in the order of PyTorch's DataLoader.
class Loader {
 public:
  /// Validation and test are neither shuffled nor shortened by drop_last, as in Lightning. The windows must outlive the loader.
  Loader(const Windows& windows, Split split, LoaderOptions options, BatchParts parts, torch::Device device);

  [[nodiscard]] std::int64_t windows() const { return count_; }
  [[nodiscard]] std::int64_t batches() const;

  /// One pass through the split. Batches come in order, whatever the number of workers. Its destructor ends the workers.
  class Pass {
   public:
    /// The next batch on the loader's device; nullopt after the last one. Rethrows what a worker threw.
    [[nodiscard]] std::optional<Batch> next();
    /// The seed of the permutation; 0 if the pass is not shuffled.
    [[nodiscard]] std::int64_t seed() const { return seed_; }

   private:
    friend class Loader;
    Pass(const Loader& loader, std::int64_t batches, std::int64_t seed, std::int64_t first);
    [[nodiscard]] Batch collect(std::int64_t batch, std::vector<std::int64_t>& scratch) const;

    const Loader* loader_;
    std::int64_t batches_, seed_, given_;
    torch::Tensor order_;                ///< [windows] int64; undefined: not shuffled
    std::vector<std::int64_t> indices_;  ///< of the batch that this thread gathers
    std::unique_ptr<Prefetcher> workers_;
  };

  /// Starts a pass of at most `limit` batches. Draws the same numbers from torch's default generator as PyTorch: a base seed for every
  /// iterator and, with shuffling, the seed of the permutation.
  [[nodiscard]] std::unique_ptr<Pass> begin(std::int64_t limit) const;
  /// The pass that began with `seed`, from its batch `next` on. Draws no random numbers.
  [[nodiscard]] std::unique_ptr<Pass> continue_pass(std::int64_t limit, std::int64_t seed, std::int64_t next) const;

 private:
  const Windows* windows_;
  Split split_;
  LoaderOptions options_;
  BatchParts parts_;
  torch::Device device_;
  std::int64_t count_;
};

/// torch.randperm(n) of a generator seeded with `seed`: the order of RandomSampler.
[[nodiscard]] torch::Tensor shuffled_order(std::int64_t n, std::int64_t seed);
/// Draws a seed from torch's default CPU generator, as torch.empty((), dtype=int64).random_() does.
std::int64_t draw_seed();

}  // namespace pipeline
