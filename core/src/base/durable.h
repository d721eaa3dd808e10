#pragma once

#include <filesystem>

namespace pipeline {

/// Brings the entries of a folder to the disk: which names there are. A file whose content is synced has no name after a power cut until
/// this is done. An empty path is the current folder. Error (unexpected) with the system's reason. See also sync_tree().
void sync_folder(const std::filesystem::path& folder);

}  // namespace pipeline
