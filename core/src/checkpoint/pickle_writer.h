#pragma once

#include <string>
#include <vector>

#include "pipeline/torch/state.h"

namespace pipeline {

/// A pickle (protocol 2) in the form of torch.save, and the tensors whose raw numbers follow as records data/0, data/1, ...
struct Pickle {
  std::string bytes;
  std::vector<torch::Tensor> storages;  ///< on the CPU, contiguous, each storage holding only the tensor's values
};

/// Writes only plain dicts, lists, tuples and tensors, so that Python's torch.load(weights_only=True) accepts it. Equal states give equal
/// bytes.
[[nodiscard]] Pickle write_pickle(const State& state);

}  // namespace pipeline
