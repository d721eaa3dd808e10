#pragma once

#include <string>

#include <ATen/Context.h>

#include "pipeline/export.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// What a piece of work wants of torch, which keeps these settings for the whole process.
struct TorchWishes {
  int threads = 0;                           ///< of one operation on the CPU; 0: as many as now
  std::string matmul_precision = "highest";  ///< of float32 products: highest | high | medium
  bool deterministic = false;                ///< an operation without a deterministic algorithm is an error
  bool detect_anomaly = false;               ///< the backward pass names the operation that made a NaN
};

/// Torch's process-wide settings for one piece of work, put back when it ends: threads, precision of float32 products, determinism, anomaly
/// mode. Algorithms of cuDNN are deterministic whatever is wished. Whoever computes with torch takes one, one at a time in a process.
class PIPELINE_EXPORT TorchSettings {
 public:
  explicit TorchSettings(const TorchWishes& wishes);
  ~TorchSettings();
  TorchSettings(const TorchSettings&) = delete;
  TorchSettings& operator=(const TorchSettings&) = delete;

 private:
  int threads_;
  at::Float32MatmulPrecision precision_;
  bool deterministic_, warn_only_, deterministic_cudnn_, benchmark_cudnn_, anomaly_, anomaly_checks_nan_;
};

}  // namespace pipeline
