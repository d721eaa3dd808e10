#pragma once

#include <cstdint>
#include <span>

#include "pipeline/data/windows.h"
#include "pipeline/torch/batch.h"

namespace pipeline {

/// Copies the windows that begin at these rows from the source into new CPU tensors: x, the `wanted` parts and the origins that the source
/// has, and, if it knows the truth, y and the weight (undefined where every target was observed). `pinned`: page-locked memory, for
/// asynchronous copies to a GPU. Safe to call from several threads.
[[nodiscard]] Batch collect_batch(const WindowSource& source, std::span<const std::int64_t> first_rows, Inputs wanted, bool pinned = false);
/// The same for windows of a split by their index.
[[nodiscard]] Batch collect_batch(const Windows& windows, Split split, std::span<const std::int64_t> indices, Inputs wanted,
                                  bool pinned = false);
/// The batch on `device`. The copy from pinned memory is asynchronous.
[[nodiscard]] Batch to_device(Batch batch, torch::Device device);

}  // namespace pipeline
