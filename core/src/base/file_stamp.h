#pragma once

#include <cstdint>
#include <filesystem>

namespace pipeline {

/// Size and times of a file: while all are the same, so is its content, except for a change soon after it (see `settled`).
struct FileStamp {
  std::int64_t size = 0;
  std::int64_t modified = 0, changed = 0;  ///< mtime and ctime, nanoseconds

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
/// All zero for a file that is not there.
[[nodiscard]] FileStamp stamp_of(const std::filesystem::path& file);

/// Whether a change after `read_at` (nanoseconds since 1970) must give the file another stamp. File systems count times in steps of up to
/// two seconds, so a file that changed just before it was read may change again within the same step.
[[nodiscard]] bool settled(const FileStamp& stamp, std::int64_t read_at);

}  // namespace pipeline
