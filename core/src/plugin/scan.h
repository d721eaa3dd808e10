#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "plugin/library.h"

namespace pipeline {

/// The hidden verb that makes the program the process that scans.
inline constexpr const char* scan_word = "scan-plugins";

/// Opens the libraries in a child process (`program scan-plugins FILE...`), so that a library that crashes or hangs while it is loaded does
/// not end the host: it is named, and another child scans the others. Error (unexpected) if no process can be started, or
/// one lacks memory, threads or descriptors: that is no library's fault.
[[nodiscard]] std::vector<PluginLibrary> scan_in_child(const std::filesystem::path& program,
                                                       const std::vector<std::filesystem::path>& files, std::chrono::seconds patience);

/// The child's side: writes a line of JSON when it has started, and one for each library, to the file descriptor. Returns the exit status.
[[nodiscard]] PIPELINE_EXPORT int scan_as_child(const std::vector<std::string>& files);

}  // namespace pipeline
