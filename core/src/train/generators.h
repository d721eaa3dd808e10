#pragma once

#include <ATen/core/Generator.h>

#include "pipeline/torch/state.h"

namespace pipeline {

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
