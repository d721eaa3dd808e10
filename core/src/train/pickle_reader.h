#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "pipeline/torch/state.h"

namespace pipeline {

/// Fetches the raw numbers of a tensor: storage `key` as a flat tensor of `count` values on the CPU.
using LoadStorage = std::function<torch::Tensor(const std::string& key, torch::ScalarType type, std::int64_t count)>;

/// Reads a pickle as torch.save makes it (protocol 2) into a State. A machine of about thirty operations and a list of allowed names: it
/// builds dicts, lists, tuples, strings, numbers and tensors, and runs nothing. Depth, counts and the extent of every tensor are bounded.
/// Errors are Error (training) without the file's name.
[[nodiscard]] State read_pickle(std::span<const unsigned char> bytes, const LoadStorage& load_storage);

}  // namespace pipeline
