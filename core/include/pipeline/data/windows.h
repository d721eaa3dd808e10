#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pipeline/data/series.h"
#include "pipeline/data/tier.h"
#include "pipeline/data/window_source.h"
#include "pipeline/export.h"

namespace pipeline {

/// `count` windows of one split within one segment: window i begins at row first + i * stride.
struct WindowRange {
  std::int64_t segment = 0;
  Split split = Split::train;
  std::int64_t first = 0, count = 0, stride = 1;
};

/// What a window is freed of before a model sees it, and what is put back on its forecast: nothing, its last value, or its mean and
/// deviation.
enum class WindowNorm { none, last, standard };
template <>
struct Words<WindowNorm> {
  static constexpr std::array words{"none", "last", "standard"};
};

/// The content of windows.json.
struct PIPELINE_EXPORT WindowsInfo {
  std::int64_t window = 60, horizon = 1, stride = 1;
  WindowNorm window_norm = WindowNorm::none;
  std::string series;                     ///< folder of the series, relative to the windows' folder; empty: feature_file and target_file
  std::string feature_file, target_file;  ///< X.npy and y.npy made elsewhere, absolute
  std::vector<WindowRange> ranges;

  [[nodiscard]] Value to_value() const;
  /// Error (usage) for an unknown window_norm, Error (data) for a window or horizon below 1.
  [[nodiscard]] static WindowsInfo from_value(const Value& value);
};

/// Windows over a mapped series (artifact kind "windows"), or over arrays made elsewhere. Nothing but ranges is kept: memory does not
/// depend on their number. Safe to read from several threads.
class PIPELINE_EXPORT Windows {
 public:
  /// Error (data) when files are missing or don't fit each other.
  [[nodiscard]] static std::shared_ptr<const Windows> open(const std::filesystem::path& folder);
  ~Windows();

  [[nodiscard]] const WindowsInfo& info() const;
  /// What they are cut from.
  [[nodiscard]] const WindowSource& source() const;
  /// The series below; nullptr for arrays made elsewhere.
  [[nodiscard]] const Series* series() const;
  [[nodiscard]] const std::vector<std::string>& feature_names() const;
  [[nodiscard]] const std::vector<std::string>& target_names() const;
  /// For each target its index among the features, -1 where its past is no input.
  [[nodiscard]] const std::vector<std::int64_t>& target_columns() const;
  [[nodiscard]] std::int64_t count(Split split) const;
  /// Whether every target of the split was observed: weights are all 1.
  [[nodiscard]] bool fully_observed() const;
  /// Whether the targets' past is known (false for arrays made elsewhere): needed by window_norm and the naive forecast.
  [[nodiscard]] bool has_history() const;

  /// First row of window `index` of a split; its last input row is the origin: first_row + window - 1.
  [[nodiscard]] std::int64_t first_row(Split split, std::int64_t index) const;
  [[nodiscard]] std::vector<std::int64_t> first_rows(Split split, std::span<const std::int64_t> indices) const;
  void gather(Split split, std::span<const std::int64_t> indices, const WindowBuffers& out) const;

 private:
  struct Impl;
  explicit Windows(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipeline
