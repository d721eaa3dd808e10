#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/cleaning.h"
#include "data/npy.h"
#include "pipeline/data/series.h"

namespace pipeline {

/// What the series of a panel need beside the rows.
struct PanelParts {
  std::span<const std::string> ids;
  std::span<const std::int64_t> start;  ///< [series + 1]
  const SplitEnds& split_end;           ///< [series]
  bool calibrates = false;              ///< whether there is a split for calibration
  std::span<const Segment> segments;    ///< in rows of the series
  std::span<const double> scale;        ///< [series or 1, columns, 2] center and scale
  std::int64_t columns;
  std::span<const std::int64_t> group{};  ///< [series] number in PanelInfo::groups, if there are some
};

/// Writes ids.txt (an id a line), series_start.npy int64 [series + 1], split_end.npy int64 [series, 3], the first row after
/// train, val and test, or [series, 4] with calibration before test, segments.npy int64 [segments, 2], scale.npy float64
/// [series or 1, columns, 2] and, where there are frequency groups, series_group.npy int64 [series].
void write_panel(const std::filesystem::path& folder, const PanelParts& parts);

/// The files that write_panel() wrote, mapped.
class PanelFiles {
 public:
  /// `rows`: of all series. Error (data) when a file is missing, is damaged or does not fit the others.
  PanelFiles(const std::filesystem::path& folder, const SeriesInfo& info, std::int64_t rows);

  [[nodiscard]] std::span<const std::int64_t> start() const { return start_; }
  [[nodiscard]] std::span<const Segment> segments() const { return segments_; }
  [[nodiscard]] SplitEnd split_end(std::int64_t series) const;
  [[nodiscard]] std::span<const double> scale() const { return scale_; }  ///< empty if all series have the same
  [[nodiscard]] std::string id(std::int64_t series) const;
  [[nodiscard]] std::span<const std::int64_t> group() const { return group_; }  ///< empty if there are no frequency groups

 private:
  NpyFile start_file_, split_file_, segment_file_, scale_file_;
  MappedFile id_file_;
  std::span<const std::int64_t> start_, split_end_;
  std::span<const Segment> segments_;
  std::span<const double> scale_;
  std::optional<NpyFile> group_file_;
  std::span<const std::int64_t> group_;
  std::vector<std::uint64_t> id_at_;  ///< where each id begins
};

/// An id as one line of text: a backslash before a backslash, \n and \r for line breaks.
[[nodiscard]] std::string line_of_id(std::string_view id);
[[nodiscard]] std::string id_of_line(std::string_view line);

}  // namespace pipeline
