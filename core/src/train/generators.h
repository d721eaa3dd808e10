#pragma once

#include <ATen/core/Generator.h>

#include "pipeline/torch/state.h"

namespace pipeline {

/// The states of torch's default generators of the CPU and, if the device is a GPU, of that GPU.
[[nodiscard]] State generator_states(at::Device device);
/// Error (training) for invalid states.
void restore_generators(const State& states, at::Device device);

/// Restores the default generators in its destructor: draws during its lifetime do not change later draws.
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
