#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <utility>

namespace pipeline {

/// An open file descriptor, closed by the destructor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  [[nodiscard]] int get() const { return number_; }

 private:
  int number_ = -1;
};

/// Opens a regular file for reading. Anything else is refused at once: a named pipe would wait for a writer, a device may never end. Error
/// (unexpected) with the reason.
[[nodiscard]] FileDescriptor open_to_read(const std::filesystem::path& file);

/// Opens a file that belongs to the program, to write into what it holds. `flags` are those of open(2): O_RDWR | O_CREAT | O_APPEND. A
/// symbolic link is refused, for its target belongs to somebody else; so is anything but a regular file. Error (unexpected) with the
/// reason.
[[nodiscard]] FileDescriptor open_own_file(const std::filesystem::path& file, int flags);

/// Makes a new, empty file, open for reading and writing. A leftover of this name is removed, not emptied: it may be a link to another
/// file. Error (unexpected) with the reason.
[[nodiscard]] FileDescriptor create_file(const std::filesystem::path& file);

/// Writes all bytes, however many calls it takes. 0, or the errno of the call that failed. Async-signal-safe.
[[nodiscard]] int write_all(int descriptor, std::string_view bytes);

}  // namespace pipeline
