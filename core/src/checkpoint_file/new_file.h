#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace pipeline {

/// A file that appears under its name only when it is complete and on the disk. commit() reports a failed write: LibTorch's zip writer must
/// not see the failure, because its destructor writes too.
class NewFile {
 public:
  /// Error (unexpected) when the file cannot be made.
  explicit NewFile(std::filesystem::path file);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(const void* data, std::size_t size);
  /// Error (unexpected) on a full disk.
  void commit();

 private:
  std::filesystem::path file_;
  std::string beside_;
  int descriptor_ = -1;
  int error_ = 0;
};

}  // namespace pipeline
