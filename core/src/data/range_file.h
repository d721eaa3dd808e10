#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "data/npy.h"
#include "pipeline/data/windows.h"

namespace pipeline {

/// A WindowRange as ranges.npy holds it.
struct StoredRange {
  std::int64_t series, segment, split, first, count, stride;

  [[nodiscard]] static StoredRange of(const WindowRange& range) {
    return {range.series, range.segment, static_cast<std::int64_t>(range.split), range.first, range.count, range.stride};
  }
};

/// The ranges of a panel's windows: ranges.npy int64 [ranges, 6], mapped.
class RangeFile {
 public:
  static constexpr const char* name = "ranges.npy";
  static void write(const std::filesystem::path& folder, std::span<const WindowRange> ranges);
  /// Error (data) when the file is missing or damaged.
  explicit RangeFile(const std::filesystem::path& file);
  [[nodiscard]] std::span<const StoredRange> ranges() const { return ranges_; }

 private:
  NpyFile file_;
  std::span<const StoredRange> ranges_;
};

}  // namespace pipeline
