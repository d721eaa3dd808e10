#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"

namespace pipeline {

/// A file that appears under its name only when it is complete and on the disk: a reader, also one after a power cut, finds the old file or
/// the new one. Until then it lies beside that name as NAME.tmp.NUMBER, which the destructor removes.
class PIPELINE_EXPORT NewFile {
 public:
  /// Error (unexpected) when the file cannot be made.
  explicit NewFile(std::filesystem::path file);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Never throws, since LibTorch's zip writer, whose destructor writes too, must not see the failure: commit() reports it.
  void write(const void* data, std::size_t size) noexcept;
  void write(std::string_view text) noexcept { write(text.data(), text.size()); }
  /// Error (unexpected) on a full disk.
  void commit();

 private:
  void write_through(const char* data, std::size_t size) noexcept;

  std::filesystem::path file_;
  std::string beside_;
  std::string buffer_;  ///< writers of checkpoints pass many small pieces
  int descriptor_ = -1;
  int error_ = 0;
};

/// Whether this is the name of a file that a NewFile has not completed.
[[nodiscard]] PIPELINE_EXPORT bool is_unfinished(std::string_view name);
/// Removes what killed processes left unfinished from this folder down, but not what a living process is writing there. A missing folder
/// has nothing unfinished.
PIPELINE_EXPORT void remove_unfinished(const std::filesystem::path& folder);

}  // namespace pipeline
