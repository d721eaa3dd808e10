#pragma once

#include <cstdint>
#include <span>

#include "pipeline/data/windows.h"
#include "pipeline/torch/batch.h"

namespace pipeline {

/// What a batch carries beside x, origin and, where the source knows it, y.
struct BatchParts {
  bool history = false;  ///< the targets' past
  bool weight = false;   ///< which targets were observed
  bool pinned = false;   ///< page-locked memory, for copies to a GPU that don't wait
};

/// The windows that begin at these rows, copied straight from the source into fresh CPU tensors. Safe to call from several threads.
[[nodiscard]] Batch collect_batch(const WindowSource& source, std::span<const std::int64_t> first_rows, BatchParts parts);
/// Windows of a split by their number.
[[nodiscard]] Batch collect_batch(const Windows& windows, Split split, std::span<const std::int64_t> indices, BatchParts parts);
/// The batch on `device`; from pinned memory without waiting for the copy.
[[nodiscard]] Batch to_device(Batch batch, torch::Device device);

}  // namespace pipeline
