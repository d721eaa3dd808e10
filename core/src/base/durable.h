#pragma once

#include <filesystem>

namespace pipeline {

// What a process wrote is in the system's memory first, and a power cut loses it. A file is on the disk when its content is synced, and
// its name when the folder is. All of these throw Error (unexpected) with the system's reason.

/// The entries of a folder: which names there are. An empty path is the current folder.
void sync_folder(const std::filesystem::path& folder);
/// The files in a folder and its entries, without what lies in folders below.
void sync_files(const std::filesystem::path& folder);
/// All files and folders from this folder down, and its own entry.
void sync_tree(const std::filesystem::path& folder);

}  // namespace pipeline
