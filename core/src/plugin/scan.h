#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "plugin/library.h"

namespace pipeline {

/// The hidden word of the program under which it is the process that scans.
inline constexpr const char* scan_word = "scan-plugins";

/// Opens the libraries in a child process (`program scan-plugins FILE...`), so that one that crashes or hangs while it is loaded takes
/// nothing down: it is named, and the others are scanned by another child. Error (unexpected) when no process can be started.
[[nodiscard]] std::vector<PluginLibrary> scan_in_child(const std::filesystem::path& program,
                                                       const std::vector<std::filesystem::path>& files, std::chrono::seconds patience);

/// The child's side: writes a line of JSON for each library to the file descriptor. Returns the exit status.
[[nodiscard]] PIPELINE_EXPORT int scan_as_child(const std::vector<std::string>& files);

}  // namespace pipeline
