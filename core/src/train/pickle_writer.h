#pragma once

#include <string>
#include <vector>

#include "pipeline/torch/state.h"

namespace pipeline {

/// A pickle (protocol 2) as torch.save makes it, and the tensors whose raw numbers belong beside it as records data/0, data/1, ...
struct Pickle {
  std::string bytes;
  std::vector<torch::Tensor> storages;  ///< on the CPU, contiguous, nothing but their own values
};

/// Plain dicts, lists, tuples and tensors only, so that Python's torch.load(weights_only=True) takes it. Equal states give equal bytes.
[[nodiscard]] Pickle write_pickle(const State& state);

}  // namespace pipeline
