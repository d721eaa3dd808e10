#pragma once

#include <filesystem>
#include <string>

#include "base/file_descriptor.h"

namespace pipeline {

/// A lock on a stage's folder: exclusive to write, shared to read. The kernel frees it however the process ends.
class StageLock {
 public:
  enum class Mode { exclusive, shared };
  /// Error (locked) naming the host and process that hold the lock.
  StageLock(const std::filesystem::path& run_folder, const std::string& stage, Mode mode);

 private:
  /// False with the reason in errno.
  [[nodiscard]] bool lock(Mode mode) const;

  FileDescriptor file_;
};

/// A new folder beside a stage's own, filled while the stage runs and swapped in whole by `commit`. Without `commit` the destructor removes
/// it, or the next run if this one was killed. Needs the exclusive lock.
class StagedFolder {
 public:
  StagedFolder(const std::filesystem::path& run_folder, const std::string& stage);
  ~StagedFolder();
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return staged_; }
  /// The stage's folder now holds the new content; the old one is gone.
  void commit();

 private:
  std::filesystem::path target_, staged_;
};

}  // namespace pipeline
