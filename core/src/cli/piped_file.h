#pragma once

#include <filesystem>
#include <string>

#include "cli/removed_on_signal.h"
#include "pipeline/errors.h"

namespace pipeline {

/// Standard input or output in place of a file's name.
inline constexpr const char* standard_stream = "-";

/// A new folder in the system's folder for temporary files. It is removed with the object, and where a signal ends the program.
class ScratchFolder {
 public:
  /// Error (unexpected) if it cannot be made.
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  RemovedOnSignal on_signal_;
};

/// What a pipe or device gives, as a file that can be mapped.
class PipedFile {
 public:
  /// `source`: "-" for standard input, else a path. Reads it to its end. Error (unexpected) if that fails.
  explicit PipedFile(const std::string& source);
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// The error with the name that the user gave in the place of the file's.
  [[nodiscard]] Error renamed(const Error& error) const;

 private:
  std::string source_;
  ScratchFolder folder_;
  std::filesystem::path path_;
  RemovedOnSignal on_signal_;
};

}  // namespace pipeline
