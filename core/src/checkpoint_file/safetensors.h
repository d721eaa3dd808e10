#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint_file/stored_value.h"
#include "pipeline/value.h"

namespace pipeline {

/// Hugging Face's safetensors: a length, a JSON header, raw little-endian numbers; no pickle.
struct Safetensors {
  Value::Map entries;  ///< epoch, global_step, hyper_parameters, pipeline, ...: JSON in the header's `__metadata__`
  /// By name. Each is in row-major order and has a storage of its own that holds no more than its elements.
  std::vector<std::pair<std::string, StoredTensor>> weights;
};

/// The entries of `__metadata__` that are read and written.
inline constexpr std::array<const char*, 5> safetensors_entries{"epoch", "global_step", "pytorch-lightning_version", "hyper_parameters",
                                                                "pipeline"};

/// Error (training) without the file's name for a damaged file: offsets must cover the data without holes or overlaps, so that no
/// allocation is larger than the file.
[[nodiscard]] Safetensors read_safetensors(const std::filesystem::path& file);
/// Error (unexpected) on a full disk.
void write_safetensors(const std::filesystem::path& file, const Safetensors& content);

}  // namespace pipeline
