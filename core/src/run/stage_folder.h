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

/// Swaps two folders in one step, or fails with errno; ENOSYS, EINVAL: this file system cannot.
using SwapFolders = int (*)(const std::filesystem::path& one, const std::filesystem::path& other);
[[nodiscard]] int swap_folders(const std::filesystem::path& one, const std::filesystem::path& other);

/// A new folder beside a stage's own, filled while the stage runs and swapped in whole by `commit`. Without `commit` the destructor removes
/// it, or the next run if this one was killed. Needs the exclusive lock.
class StagedFolder {
 public:
  StagedFolder(const std::filesystem::path& run_folder, const std::string& stage, SwapFolders swap = swap_folders);
  ~StagedFolder();
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return staged_; }
  /// The stage's folder now holds the new content, also after a power cut; the old one is gone.
  void commit();

 private:
  std::filesystem::path target_, staged_, old_;
  SwapFolders swap_;
};

/// Puts a stage's old folder back where a killed run on a file system without an exchange left the stage without one. Needs the exclusive
/// lock.
void restore_stage_folder(const std::filesystem::path& run_folder, const std::string& stage);

}  // namespace pipeline
