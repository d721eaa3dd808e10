#pragma once

#include "checkpoint_file/stored_value.h"
#include "pipeline/torch/state.h"

namespace pipeline {

/// A tensor of its own with the values of the view.
[[nodiscard]] torch::Tensor to_tensor(const StoredTensor& stored);
/// The values with torch's tensors. Tensors that share a storage share it afterwards too.
[[nodiscard]] State to_state(const StoredValue& stored);

/// The tensor in row-major order, with a storage of no more than its elements; it keeps the tensor alive where it need not copy it. Error
/// (training) for a type that checkpoints do not hold.
[[nodiscard]] StoredTensor to_stored(const torch::Tensor& tensor);
[[nodiscard]] StoredValue to_stored(const State& state);

}  // namespace pipeline
