#pragma once

#include <cstdint>
#include <span>

#include "pipeline/data/windows.h"
#include "pipeline/torch/batch.h"

namespace pipeline {

/// The parts of a batch beside x, origin and, if the source knows it, y.
struct BatchParts {
  bool history = false;  ///< the targets' past
  bool weight = false;   ///< which targets were observed
  bool pinned = false;   ///< page-locked memory, for asynchronous copies to a GPU
};

/// Copies the windows that begin at these rows from the source into new CPU tensors. Safe to call from several threads.
[[nodiscard]] Batch collect_batch(const WindowSource& source, std::span<const std::int64_t> first_rows, BatchParts parts);
/// The same for windows of a split by their index.
[[nodiscard]] Batch collect_batch(const Windows& windows, Split split, std::span<const std::int64_t> indices, BatchParts parts);
/// The batch on `device`. The copy from pinned memory is asynchronous.
[[nodiscard]] Batch to_device(Batch batch, torch::Device device);

}  // namespace pipeline
