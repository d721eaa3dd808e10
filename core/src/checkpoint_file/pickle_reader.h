#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "checkpoint_file/stored_value.h"

namespace pipeline {

/// Loads the storage `key`, of `count` numbers.
using LoadStorage = std::function<StorageRef(const std::string& key, ElementType type, std::int64_t count)>;

/// Reads a pickle of torch.save (protocol 2) into values. It supports about thirty operations and a list of allowed names: it builds
/// dicts, lists, tuples, strings, numbers and tensors, and runs no code. Depth, counts and the extent of every tensor are bounded. It
/// throws Error (training) without the file's name.
[[nodiscard]] StoredValue read_pickle(std::span<const unsigned char> bytes, const LoadStorage& load_storage);

}  // namespace pipeline
