#pragma once

#include <string>

#include <ATen/Context.h>

#include "pipeline/export.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// The torch settings that a piece of work needs. Torch keeps them for the whole process.
struct TorchWishes {
  int threads = 0;                           ///< threads of one operation on the CPU; 0: leave the number as it is
  std::string matmul_precision = "highest";  ///< of float32 products: highest | high | medium
  bool deterministic = false;                ///< an operation without a deterministic algorithm is an error
  bool detect_anomaly = false;               ///< the backward pass names the operation that produced a NaN
};

/// Sets torch's process-wide settings for one piece of work and restores them at the end: threads, precision of float32 products,
/// determinism, anomaly mode. cuDNN always uses deterministic algorithms. All code that computes with torch makes one; only one may exist
/// in a process at a time.
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
