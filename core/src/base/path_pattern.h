#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// Patterns of file names, as a shell takes them: "data/part-*.csv".
namespace pipeline {

/// Whether the text holds one of the characters * ? [.
[[nodiscard]] bool is_pattern(const std::string& text);
/// The files that match a pattern, which is relative to `folder`. In the order of their names, in which whole numbers count by their value:
/// part-2 comes before part-10.
[[nodiscard]] std::vector<std::filesystem::path> matching_files(const std::filesystem::path& folder, const std::string& pattern);

}  // namespace pipeline
