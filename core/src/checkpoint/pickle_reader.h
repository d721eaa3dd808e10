#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "pipeline/torch/state.h"

namespace pipeline {

/// Loads the raw numbers of storage `key` as a flat tensor of `count` values on the CPU.
using LoadStorage = std::function<torch::Tensor(const std::string& key, torch::ScalarType type, std::int64_t count)>;

/// Reads a pickle of torch.save (protocol 2) into a State. It supports about thirty operations and a list of allowed names: it builds
/// dicts, lists, tuples, strings, numbers and tensors, and runs no code. Depth, counts and the extent of every tensor are bounded. It
/// throws Error (training) without the file's name.
[[nodiscard]] State read_pickle(std::span<const unsigned char> bytes, const LoadStorage& load_storage);

}  // namespace pipeline
