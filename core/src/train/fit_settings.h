#pragma once

#include <string>

#include <ATen/Context.h>
#include <ATen/core/Generator.h>

#include "pipeline/torch/state.h"

namespace pipeline {

/// torch's process-wide settings for one fit, put back when it ends: threads, precision of float32 products, determinism, anomaly mode.
class TorchSettings {
 public:
  struct Wanted {
    int threads;
    const std::string& matmul_precision;  ///< highest | high | medium
    bool deterministic, detect_anomaly;
  };
  explicit TorchSettings(const Wanted& wanted);
  ~TorchSettings();
  TorchSettings(const TorchSettings&) = delete;
  TorchSettings& operator=(const TorchSettings&) = delete;

 private:
  int threads_;
  at::Float32MatmulPrecision precision_;
  bool deterministic_, warn_only_, deterministic_cudnn_, benchmark_cudnn_, anomaly_, anomaly_checks_nan_;
};

/// The states of torch's default generators of the CPU and, where the device is one, of that GPU.
[[nodiscard]] State generator_states(at::Device device);
/// Error (training) for states that are none.
void restore_generators(const State& states, at::Device device);

/// Leaves the default generators as they were found: what runs meanwhile draws nothing that later draws depend on.
class IsolatedRandomness {
 public:
  explicit IsolatedRandomness(at::Device device);
  ~IsolatedRandomness();
  IsolatedRandomness(const IsolatedRandomness&) = delete;
  IsolatedRandomness& operator=(const IsolatedRandomness&) = delete;

 private:
  at::Generator cpu_, cuda_;
  at::Tensor cpu_state_, cuda_state_;
};

}  // namespace pipeline
