#pragma once

#include <filesystem>

#include "pipeline/torch/state.h"

namespace pipeline {

/// Hugging Face's safetensors: a length, a JSON header, raw little-endian numbers; no pickle. Weights have their names as keys;
/// `__metadata__` holds a checkpoint's plain entries (epoch, global_step, hyper_parameters, pipeline) as JSON.
///
/// Reads a file as a checkpoint {state_dict, ...}. Error (training) without the file's name for a damaged file: offsets must cover the data
/// without holes or overlaps, so that no allocation is larger than the file.
[[nodiscard]] State read_safetensors(const std::filesystem::path& file);
/// Writes the weights and plain entries of a checkpoint's content; Error (unexpected) on a full disk.
void write_safetensors(const std::filesystem::path& file, const State& content);

}  // namespace pipeline
