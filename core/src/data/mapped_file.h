#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include "base/file_descriptor.h"
#include "base/mapped_range.h"

namespace pipeline {

/// Mapped pages of a file, unmapped by the destructor. They are not anonymous memory: the system can write them back and reuse them.
class Mapping {
 public:
  Mapping() = default;
  /// An Error (unexpected) calls the file `name`.
  Mapping(int fd, std::size_t size, MappedUse use, const std::filesystem::path& name);
  Mapping(Mapping&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        use_(other.use_),
        range_(std::move(other.range_)) {}
  Mapping& operator=(Mapping&& other) noexcept;
  ~Mapping();

  /// Maps `size` bytes of the same file, perhaps at another address. An Error (unexpected) calls the file `name`.
  void resize(std::size_t size, const std::filesystem::path& name);
  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  MappedUse use_ = MappedUse::input;
  MappedRange range_;
};

/// A whole file, mapped for reading.
class MappedFile {
 public:
  MappedFile() = default;
  /// Error (data) when the file is missing or cannot be read.
  explicit MappedFile(const std::filesystem::path& file);

  /// Error (data) if the file was changed in place since it was mapped. What is written into the last page is read without a fault, and so
  /// are the zeros behind a new, nearer end: whoever has read the file asks this before he uses what he read.
  void require_unchanged() const;
  [[nodiscard]] std::span<const std::byte> bytes() const { return {map_.data(), map_.size()}; }
  [[nodiscard]] std::string_view text() const { return {reinterpret_cast<const char*>(map_.data()), map_.size()}; }

 private:
  std::filesystem::path file_;
  Mapping map_;
  struct stat then_ {};
};

/// A file of a fixed size, mapped for writing. Its disk space is allocated at once, so that a full disk is an Error (unexpected) here
/// and no signal later.
class MappedOutput {
 public:
  MappedOutput(const std::filesystem::path& file, std::size_t size);

  [[nodiscard]] std::byte* data() const { return map_.data(); }
  [[nodiscard]] std::size_t size() const { return map_.size(); }

 private:
  FileDescriptor file_;
  Mapping map_;
};

/// Working memory in a nameless file in `folder`; the file is removed with this object.
class ScratchFile {
 public:
  explicit ScratchFile(const std::filesystem::path& folder);

  /// Makes room for at least `size` bytes and keeps the content. Pointers to the old memory become invalid.
  void reserve(std::size_t size);
  [[nodiscard]] std::byte* data() const { return map_.data(); }
  [[nodiscard]] std::size_t size() const { return map_.size(); }

 private:
  std::filesystem::path name_;
  FileDescriptor file_;
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
