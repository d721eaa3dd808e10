#pragma once

namespace pipeline {

/// How many CUDA devices the driver offers to this process; 0 without a driver. LibTorch is not needed; it may see fewer devices, never
/// more.
[[nodiscard]] int cuda_devices();

}  // namespace pipeline
