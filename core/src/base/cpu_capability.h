#pragma once

#include <string>

#include "pipeline/export.h"

namespace pipeline {

/// Raised when the kernels' results change by a bit.
inline constexpr int kernels_version = 2;

/// The instruction set that the program's own kernels use: "amx_bf16", "avx512_bf16", "avx512" or "avx2", the best that the processor has,
/// or the one that the environment variable PIPELINE_CPU_CAPABILITY names. "default": none; LibTorch computes all. Error (usage) for an
/// unknown name and for a set that the processor lacks.
[[nodiscard]] PIPELINE_EXPORT std::string cpu_capability();

}  // namespace pipeline
