#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"
#include "pipeline/value.h"

namespace pipeline {

/// The whole file as text; Error (unexpected) with the system's reason.
[[nodiscard]] PIPELINE_EXPORT std::string read_text(const std::filesystem::path& file);
/// Writes a whole file as NewFile does: a reader sees the old text or the new one. Error (unexpected) on a full disk.
PIPELINE_EXPORT void write_text(const std::filesystem::path& file, std::string_view text);
PIPELINE_EXPORT void write_bytes(const std::filesystem::path& file, std::span<const unsigned char> bytes);
/// Makes a folder and its parent folders, on the disk when it returns; Error (unexpected) with the system's reason.
PIPELINE_EXPORT void make_folder(const std::filesystem::path& folder);
/// Brings all files and folders from this folder down to the disk, so that a power cut leaves them as they are now. What write_text() wrote
/// is there already. Error (unexpected) with the system's reason.
PIPELINE_EXPORT void sync_tree(const std::filesystem::path& folder);
[[nodiscard]] PIPELINE_EXPORT Value read_json(const std::filesystem::path& file);
PIPELINE_EXPORT void write_json(const std::filesystem::path& file, const Value& value);
/// SHA-256 in hexadecimal, of a text or of a file's content.
[[nodiscard]] PIPELINE_EXPORT std::string sha256(std::string_view text);
[[nodiscard]] PIPELINE_EXPORT std::string sha256_file(const std::filesystem::path& file);

}  // namespace pipeline
