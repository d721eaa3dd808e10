#pragma once

#include <cstdint>
#include <functional>

namespace pipeline::optimizer::torch_optimizers {

/// Calls run(part) for every part, at once where there are threads for it. LibTorch's operations in it start no threads of their own: its
/// fused Adam would call them together for every single weight, which costs a small model more than the arithmetic, and far more where
/// processors are busy.
void in_threads(std::int64_t parts, const std::function<void(std::int64_t part)>& run);

}  // namespace pipeline::optimizer::torch_optimizers
