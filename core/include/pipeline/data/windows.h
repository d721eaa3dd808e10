#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
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
  std::int64_t series = 0;  ///< of a panel
};

/// Normalisation of each window before a model sees it, undone on the forecast: none, subtract the last value, or subtract the mean and
/// divide by the deviation.
enum class WindowNorm { none, last, standard };
template <>
struct Words<WindowNorm> {
  static constexpr std::array words{"none", "last", "standard"};
};

/// The rows ahead that are forecast, by the words of a frequency column (PanelInfo::groups).
using Horizons = std::map<std::string, std::int64_t>;
/// [PanelInfo::groups] the horizon of each group; empty if `horizons` is. Error (data) if they are not those of the groups.
[[nodiscard]] PIPELINE_EXPORT std::vector<std::int64_t> horizons_of_groups(const Horizons& horizons, const SeriesInfo& info);

/// The content of windows.json.
struct PIPELINE_EXPORT WindowsInfo {
  std::int64_t window = 60, horizon = 1, stride = 1;  ///< horizon: the largest, where series have several
  /// Of padded windows, which may begin before their series or before the first row after a gap: the rows that each has at least, 1 to
  /// `window`; 0: windows are not padded, and have all rows.
  std::int64_t min_observed = 0;
  WindowNorm window_norm = WindowNorm::none;
  std::string series;                     ///< folder of the series, relative to the windows' folder; empty: feature_file and target_file
  std::string feature_file, target_file;  ///< absolute paths of X.npy and y.npy made elsewhere
  std::string range_file{};               ///< of a panel: the file that holds the ranges, in the windows' folder; else empty
  Horizons horizons{};                    ///< of each frequency group; empty: all series have `horizon`
  std::vector<WindowRange> ranges;        ///< split by split, and in each in the order of rows; empty where a file holds them

  /// The rows without a gap that a window needs up to its origin.
  [[nodiscard]] std::int64_t least_rows() const { return min_observed > 0 ? min_observed : window; }
  [[nodiscard]] Value to_value() const;
  /// Error (usage) for an unknown window_norm, Error (data) for a window or horizon below 1, or min_observed beyond the window.
  [[nodiscard]] static WindowsInfo from_value(const Value& value);
};

/// Windows over a mapped series (artifact kind "windows"), or over arrays made elsewhere. Only ranges are kept: memory does not depend on
/// the number of windows. Safe to read from several threads.
class PIPELINE_EXPORT Windows {
 public:
  /// Error (data) when files are missing or do not fit each other.
  [[nodiscard]] static std::shared_ptr<const Windows> open(const std::filesystem::path& folder);
  ~Windows();

  [[nodiscard]] const WindowsInfo& info() const;
  /// The source of the windows.
  [[nodiscard]] const WindowSource& source() const;
  /// The mapped series; nullptr for arrays made elsewhere.
  [[nodiscard]] const Series* series() const;
  [[nodiscard]] const std::vector<std::string>& feature_names() const;
  [[nodiscard]] const std::vector<std::string>& target_names() const;
  /// The index of each target among the features; -1 if its past is no input.
  [[nodiscard]] const std::vector<std::int64_t>& target_columns() const;
  [[nodiscard]] std::int64_t count(Split split) const;
  /// The rows ahead that are forecast of a series: at most info().horizon. Beyond them y is 0, and so is weight.
  [[nodiscard]] std::int64_t horizon_of(std::int64_t series) const;
  /// Whether every target of the split was observed: weights are all 1.
  [[nodiscard]] bool fully_observed() const;
  /// Whether the targets' past is known (false for arrays made elsewhere). window_norm and the naive forecast need it.
  [[nodiscard]] bool has_history() const;

  /// First row of window `index` of a split. A padded window may begin at a row of another series, or below 0: what it holds of its series
  /// ends at its origin.
  [[nodiscard]] std::int64_t first_row(Split split, std::int64_t index) const;
  /// Its last input row: first_row + window - 1.
  [[nodiscard]] std::int64_t origin(Split split, std::int64_t index) const { return first_row(split, index) + info().window - 1; }
  [[nodiscard]] std::vector<std::int64_t> first_rows(Split split, std::span<const std::int64_t> indices) const;
  /// The first window of each series that has one in the split, then the number of windows.
  [[nodiscard]] std::vector<std::int64_t> series_starts(Split split) const;
  void gather(Split split, std::span<const std::int64_t> indices, const WindowBuffers& out) const;

 private:
  struct Impl;
  explicit Windows(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipeline
