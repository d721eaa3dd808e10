#pragma once

#include <filesystem>

#include "checkpoint_file/stored_value.h"

namespace pipeline {

/// The record of a file of torch.save that holds everything but the numbers of tensors.
inline constexpr const char* pickle_record = "data.pkl";

/// Reads a file of Python's torch.save: a pickle and the numbers of its tensors in a zip. It runs no code, and it allocates no more for
/// numbers than the file holds. Error (training) without the file's name.
[[nodiscard]] StoredValue read_torch_file(const std::filesystem::path& file);

}  // namespace pipeline
