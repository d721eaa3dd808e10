#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/removed_on_signal.h"

namespace pipeline {

/// What a pipe or device gives, as a file that can be mapped, in a folder that is removed with the object,
/// and where a signal ends the program.
class PipedFile {
 public:
  /// `source`: "-" for standard input, else a path. Reads it to its end. Error (unexpected) if that fails.
  explicit PipedFile(const std::string& source);
  ~PipedFile();
  PipedFile(const PipedFile&) = delete;
  PipedFile& operator=(const PipedFile&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::optional<RemovedOnSignal> folder_on_signal_, file_on_signal_;
};

}  // namespace pipeline
