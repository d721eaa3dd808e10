#pragma once

#include <filesystem>

#include "pipeline/torch/state.h"

namespace pipeline {

/// Hugging Face's safetensors: a length, a header of JSON, raw little-endian numbers; no pickle. Weights stand under their names, what a
/// checkpoint says beside them (epoch, global_step, hyper_parameters, pipeline) as JSON in `__metadata__`.
///
/// Reads one as a checkpoint {state_dict, ...}; Error (training) without the file's name when it is damaged: offsets must cover the data
/// without holes or overlaps, so nothing larger than the file is ever allocated.
[[nodiscard]] State read_safetensors(const std::filesystem::path& file);
/// Writes the weights and plain entries of a checkpoint's content; Error (unexpected) on a full disk.
void write_safetensors(const std::filesystem::path& file, const State& content);

}  // namespace pipeline
