#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <filesystem>
#include <utility>

namespace pipeline {

/// Why a file is mapped. It decides what it means that its pages cannot be reached any more.
enum class MappedUse {
  input,  ///< read: the file became shorter, or its disk fails
  output  ///< written: its disk is full or fails, or the file was shortened
};

/// Notes while it lives that a file is mapped, so that the handler of SIGBUS can tell whose pages are gone. At most 256 are noted at a
/// time; of one more the handler knows nothing, and tells a crash.
class MappedRange {
 public:
  MappedRange() = default;
  MappedRange(const void* begin, std::size_t size, MappedUse use, const std::filesystem::path& file);
  MappedRange(MappedRange&& other) noexcept : note_(std::exchange(other.note_, nullptr)) {}
  MappedRange& operator=(MappedRange&& other) noexcept;
  ~MappedRange();

  /// What a signal handler may read.
  struct Note {
    std::atomic<bool> taken = false;
    std::atomic<std::size_t> size = 0;  ///< 0: not filled in
    std::atomic<const std::byte*> begin = nullptr;
    std::atomic<MappedUse> use = MappedUse::input;
    std::array<char, 1024> file{};  ///< the path; of a longer one the end
  };
  /// The file whose mapped pages hold `address`; nullptr if none does. Async-signal-safe.
  [[nodiscard]] static const Note* at(const void* address);

 private:
  Note* note_ = nullptr;
};

}  // namespace pipeline
