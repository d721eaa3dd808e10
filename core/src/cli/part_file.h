#pragma once

#include <filesystem>
#include <fstream>

#include "cli/removed_on_signal.h"

namespace pipeline {

/// A file, or what a symbolic link names, that is written under a name of its own beside it, FILE.part-ABC123, and takes its name when it
/// is complete. Without commit(), and where a signal ends the program, it is removed.
class PartFile {
 public:
  /// Error (unexpected) if it cannot be written.
  explicit PartFile(const std::filesystem::path& file);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  [[nodiscard]] std::ostream& stream() { return out_; }
  /// Gives it its name, in place of an older file. Error (unexpected) if not all could be written.
  void commit();

 private:
  void remove_part() const;

  std::filesystem::path file_, part_;
  RemovedOnSignal on_signal_;
  std::ofstream out_;
};

}  // namespace pipeline
