#pragma once

#include <cstdint>
#include <span>

#include "pipeline/data/windows.h"
#include "pipeline/torch/batch.h"

namespace pipeline {

/// What a batch carries beside x, y and origin.
struct BatchParts {
  bool history = false;  ///< the targets' past
  bool weight = false;   ///< which targets were observed
  bool pinned = false;   ///< page-locked memory, for copies to a GPU that don't wait
};

/// Windows copied straight from the mapped series into fresh CPU tensors. Safe to call from several threads.
[[nodiscard]] Batch collect_batch(const Windows& windows, Split split, std::span<const std::int64_t> indices, BatchParts parts);
/// The batch on `device`; from pinned memory without waiting for the copy.
[[nodiscard]] Batch to_device(Batch batch, torch::Device device);

}  // namespace pipeline
