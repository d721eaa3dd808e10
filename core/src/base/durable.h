#pragma once

#include <cstdint>
#include <filesystem>

#include "pipeline/export.h"

namespace pipeline {

/// Brings the entries of a folder to the disk: which names there are. A file whose content is synced has no name after a power cut until
/// this is done. An empty path is the current folder. Error (unexpected) with the system's reason. See also sync_tree().
void sync_folder(const std::filesystem::path& folder);

/// As sync_tree(), without the files that have not changed since a time in nanoseconds since 1970.
PIPELINE_EXPORT void sync_changes(const std::filesystem::path& folder, std::int64_t since);
/// Nanoseconds since 1970.
[[nodiscard]] PIPELINE_EXPORT std::int64_t nanoseconds_now();

}  // namespace pipeline
