#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

namespace pipeline {

/// An open file descriptor, closed at the end.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int fd) : fd_(fd) {}
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept;
  ~FileHandle();

  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

/// Mapped pages of a file, unmapped at the end. Pages of a file are no anonymous memory: the system takes them back when it needs room.
class Mapping {
 public:
  Mapping() = default;
  /// `name` is what an Error (unexpected) calls the file.
  Mapping(int fd, std::size_t size, bool writable, const std::filesystem::path& name);
  Mapping(Mapping&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept;
  ~Mapping();

  /// Maps `size` bytes of the same file, perhaps elsewhere.
  void resize(std::size_t size);
  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A whole file, mapped for reading.
class MappedFile {
 public:
  MappedFile() = default;
  /// Error (data) when the file is missing or cannot be read.
  explicit MappedFile(const std::filesystem::path& file);

  [[nodiscard]] std::span<const std::byte> bytes() const { return {map_.data(), map_.size()}; }
  [[nodiscard]] std::string_view text() const { return {reinterpret_cast<const char*>(map_.data()), map_.size()}; }

 private:
  Mapping map_;
};

/// A file of a fixed size, mapped for writing. Its room on the disk is taken at once, so that a full disk is an Error (unexpected) here
/// and no signal later.
class MappedOutput {
 public:
  MappedOutput(const std::filesystem::path& file, std::size_t size);

  [[nodiscard]] std::byte* data() const { return map_.data(); }
  [[nodiscard]] std::size_t size() const { return map_.size(); }

 private:
  FileHandle file_;
  Mapping map_;
};

/// Working memory that lives in a nameless file of `folder` and is gone with this object.
class ScratchFile {
 public:
  explicit ScratchFile(const std::filesystem::path& folder);

  /// Makes room for at least `size` bytes; what was written stays. Pointers into the old memory end here.
  void reserve(std::size_t size);
  [[nodiscard]] std::byte* data() const { return map_.data(); }
  [[nodiscard]] std::size_t size() const { return map_.size(); }

 private:
  std::filesystem::path name_;
  FileHandle file_;
  Mapping map_;
};

/// A growing array of numbers in a ScratchFile.
template <class T>
class ScratchArray {
 public:
  explicit ScratchArray(const std::filesystem::path& folder) : file_(folder) {}
  void reserve(std::size_t count) { file_.reserve(count * sizeof(T)); }
  [[nodiscard]] std::size_t capacity() const { return file_.size() / sizeof(T); }
  [[nodiscard]] T* data() const { return reinterpret_cast<T*>(file_.data()); }

 private:
  ScratchFile file_;
};

}  // namespace pipeline
