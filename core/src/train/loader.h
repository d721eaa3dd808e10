#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "pipeline/train/training.h"
#include "train/batch.h"
#include "train/loader_prefetch.h"
#include "train/window_choice.h"

namespace pipeline {

/// A process among those that share the windows.
struct Shard {
  std::int64_t rank = 0, world = 1;
};

/// Cuts a split into batches, in the order of PyTorch's DataLoader. Several ranks share each batch of world * batch_size windows as
/// PyTorch's DistributedSampler does: rank r takes windows r, r + world, ... of it. So the ranks' batches together are those of one process
/// with that batch size. In training, ranks that would lack a window repeat one with weight 0, so that all have equally many; validation
/// and test repeat none.
class Loader {
 public:
  /// Validation and test are neither shuffled nor shortened by drop_last, as in Lightning. `wanted`: the parts of a batch that are
  /// gathered. The windows must outlive the loader.
  Loader(const Windows& windows, Split split, LoaderOptions options, Inputs wanted, torch::Device device, Shard shard = {});

  /// The windows of a pass, of all ranks.
  [[nodiscard]] std::int64_t windows() const { return choice_.count(); }
  /// The number of windows in a batch of all ranks, repeated ones left out.
  [[nodiscard]] std::int64_t windows_in(std::int64_t batch) const;
  [[nodiscard]] std::int64_t batches() const;

  /// One pass through the split. Batches come in order, whatever the number of workers. Its destructor ends the workers.
  class Pass {
   public:
    /// The next batch on the loader's device; nullopt after the last one. Rethrows what a worker threw.
    [[nodiscard]] std::optional<Batch> next();
    /// The seed of the permutation, or of the windows drawn; 0 if the pass is neither shuffled nor drawn.
    [[nodiscard]] std::int64_t seed() const { return seed_; }

   private:
    friend class Loader;
    Pass(const Loader& loader, std::int64_t batches, std::int64_t seed, std::int64_t first);
    [[nodiscard]] Batch collect(std::int64_t number, std::vector<std::int64_t>& scratch) const;
    /// The indices of this rank's windows of a batch: within `order_`, or in `scratch`.
    [[nodiscard]] std::span<const std::int64_t> indices_of(std::int64_t batch, std::vector<std::int64_t>& scratch) const;

    const Loader* loader_;
    std::int64_t batches_, seed_, given_;
    torch::Tensor order_;                ///< [windows] int64; undefined: all windows of the split in order
    std::vector<std::int64_t> indices_;  ///< of the batch that this thread gathers
    std::unique_ptr<Prefetcher> workers_;
  };

  /// Starts a pass of at most `limit` batches. Draws the same numbers from torch's default generator as PyTorch: a base seed for every
  /// iterator and, with shuffling, the seed of the permutation.
  [[nodiscard]] std::unique_ptr<Pass> begin(std::int64_t limit) const;
  /// The pass that began with `seed`, from its batch `next` on. Draws no random numbers.
  [[nodiscard]] std::unique_ptr<Pass> continue_pass(std::int64_t limit, std::int64_t seed, std::int64_t next) const;

 private:
  [[nodiscard]] std::int64_t all_ranks_batch_size() const { return options_.batch_size * shard_.world; }
  /// The number of this rank's windows in a batch, a repeated one included.
  [[nodiscard]] std::int64_t own_windows_in(std::int64_t batch) const;

  const Windows* windows_;
  Split split_;
  LoaderOptions options_;
  Inputs wanted_;
  bool pinned_;
  torch::Device device_;
  Shard shard_;
  WindowChoice choice_;
};

/// torch.randperm(n) of a generator seeded with `seed`: the order of RandomSampler.
[[nodiscard]] torch::Tensor shuffled_order(std::int64_t n, std::int64_t seed);
/// Draws a seed from torch's default CPU generator, as torch.empty((), dtype=int64).random_() does.
std::int64_t draw_seed();

}  // namespace pipeline
