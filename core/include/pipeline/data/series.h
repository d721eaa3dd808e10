#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"
#include "pipeline/schema.h"
#include "pipeline/value.h"

namespace pipeline {

class Registry;

/// The uses of rows. In time they follow each other as train, val, calibration, test; most workflows have no rows for calibration.
enum class Split { train = 0, val = 1, test = 2, calibration = 3 };
inline constexpr std::array<const char*, 4> split_names{"train", "val", "test", "calibration"};
/// Those that metrics are measured on.
inline constexpr std::array<const char*, 3> measured_split_names{"train", "val", "test"};
/// The split of that name; Error (usage) if there is none.
[[nodiscard]] PIPELINE_EXPORT Split parse_split(std::string_view name);

/// Transform of a column's levels before they are scaled: none, the logarithm, the difference from the level one row before, or the
/// logarithm of the ratio to it.
enum class Transform { none, log, diff, log_return };
template <>
struct Words<Transform> {
  static constexpr std::array words{"none", "log", "diff", "log_return"};
};

/// Converts a column from original units to the model's and back: first the transform, then (x - center) / scale. Arithmetic in double.
struct PIPELINE_EXPORT ColumnTransform {
  std::string name;
  Transform transform = Transform::none;
  std::string scaler = "none";  ///< the scaler that fitted center and scale; for display only
  double center = 0, scale = 1;

  /// The scaled value of `level`; `previous` is the level one row before (only diff and log_return use it).
  [[nodiscard]] double forward(double level, double previous) const;
  /// The level of a scaled value; the inverse of `forward`.
  [[nodiscard]] double inverse(double scaled, double previous) const;
  /// Whether a value needs the level one row before.
  [[nodiscard]] bool is_difference() const { return transform == Transform::diff || transform == Transform::log_return; }

  [[nodiscard]] Value to_value() const;
  /// Error (usage) for an unknown transform.
  [[nodiscard]] static ColumnTransform from_value(const Value& value);
};

/// Rows [first, first + count) without a gap between them.
struct Segment {
  std::int64_t first = 0, count = 0;
};

/// The step of a time axis.
struct TimeStep {
  std::string frequency;            ///< "1h", "1d", "1mo", "business_day", "none" (row numbers or irregular)
  std::int64_t step_ns = 0;         ///< of a regular time axis, else 0
  std::int64_t median_step_ns = 0;  ///< of an irregular time axis, else 0
};

/// The series of a panel that have one word in the frequency column, and one step.
struct FrequencyGroup {
  std::string word;
  TimeStep step;
};

/// Series of a panel: many series with the same columns, one after the other in the rows of an artifact.
struct PIPELINE_EXPORT PanelInfo {
  std::string series_column = "unique_id";  ///< heading of the ids in output files; several columns are joined by "/"
  std::int64_t series = 0;                  ///< their number
  bool scaled_by_series = true;             ///< each series has its own centers and scales; false: SeriesInfo::columns hold for all
  bool drop_short = false;                  ///< a series without a window is left out; false: it is an error
  /// Of the words of the frequency column, in the order of their first rows; empty: all series have one step.
  std::vector<FrequencyGroup> groups{};

  [[nodiscard]] Value to_value() const;
  [[nodiscard]] static PanelInfo from_value(const Value& value);
};

/// The series of rows, and their scales. A view: another object owns the numbers. Without `start`, all rows are of one series, 0.
struct PIPELINE_EXPORT PanelView {
  std::span<const std::int64_t> start{};  ///< [series + 1] first row of each series, then the number of rows
  std::span<const double> scale{};        ///< [series, columns, 2] center and scale; empty: SeriesInfo::columns hold for all
  std::span<const std::int64_t> group{};  ///< [series] number in PanelInfo::groups; empty: there are none

  [[nodiscard]] std::int64_t series_of(std::int64_t row) const;
  /// The number of a series' frequency group; absent: there are none.
  [[nodiscard]] std::optional<std::int64_t> group_of(std::int64_t series) const {
    return group.empty() ? std::nullopt : std::optional(group[static_cast<std::size_t>(series)]);
  }
  /// `column`, which is number `index` of `columns`, as it is scaled in a series.
  [[nodiscard]] ColumnTransform scaled_in(std::int64_t series, const ColumnTransform& column, std::size_t index, std::size_t columns) const;
};

/// The description of a prepared series. It is written to columns.json and transform.json, and checkpoints hold it.
struct PIPELINE_EXPORT SeriesInfo {
  std::vector<std::string> features, targets;
  std::vector<std::string> known_future{};  ///< columns whose values over the horizon are known too
  /// The words of each column of words, of any role. The code of word i is i + 1; that of any other word is 0.
  std::map<std::string, std::vector<std::string>> words{};
  /// The columns of series.npy: features, columns known ahead, targets, each once. A column of words holds its codes.
  std::vector<ColumnTransform> columns;
  std::vector<ColumnTransform> fixed{};      ///< columns of numbers that have one value in each series
  std::vector<std::string> fixed_words{};    ///< columns of words that have one value in each series
  std::vector<std::int64_t> target_columns;  ///< for each target its index in `columns`
  std::string frequency;                     ///< as TimeStep::frequency; empty for a panel of several: PanelInfo::groups have them
  std::int64_t step_ns = 0;                  ///< of a regular time axis, else 0
  std::int64_t median_step_ns = 0;           ///< of an irregular time axis, else 0
  std::string time_name = "row";             ///< heading of the time column in output for people
  bool has_time = false;                     ///< false: times are row numbers
  bool utc = false;                          ///< the times had offsets in the data, and became UTC; false: they are as written
  std::vector<Segment> segments;             ///< empty for a panel: Series::segments() has them
  std::array<std::int64_t, 3> split_end{};   ///< first row after train, val, test; 0 for a panel: Series::split_end() has them
  std::int64_t calibration_end = 0;          ///< first row after calibration, which begins where val ends; 0: there is none, or a panel
  std::optional<PanelInfo> panel;            ///< absent: one series
  Value source;                              ///< options needed to read more data of the same kind (time columns, na_values, ...)

  /// The number of the column of that name in series.npy; -1: there is none.
  [[nodiscard]] std::int64_t column(std::string_view name) const;
  /// The step of the series of a frequency group, or of all series where there are none. Error (unexpected) without a group where there are
  /// some.
  [[nodiscard]] TimeStep step(std::optional<std::int64_t> group = {}) const;
  [[nodiscard]] bool is_word(const std::string& name) const { return words.contains(name); }
  /// Whether target `t` is among the features: its past may be a model's input.
  [[nodiscard]] bool target_is_feature(std::size_t t) const { return target_columns[t] < static_cast<std::int64_t>(features.size()); }
  [[nodiscard]] Value to_value() const;
  [[nodiscard]] static SeriesInfo from_value(const Value& value);
};

/// A prepared series, memory-mapped from a preprocess folder (artifact kind "series"): no number is copied.
class PIPELINE_EXPORT Series {
 public:
  /// Error (data) when a file is missing, is damaged or has another shape than columns.json says.
  [[nodiscard]] static std::shared_ptr<const Series> open(const std::filesystem::path& folder);
  ~Series();

  [[nodiscard]] const SeriesInfo& info() const;
  [[nodiscard]] std::int64_t rows() const;
  [[nodiscard]] std::int64_t columns() const;
  [[nodiscard]] std::span<const float> values() const;              ///< [rows, columns], scaled
  [[nodiscard]] std::span<const std::int64_t> time() const;         ///< [rows], nanoseconds since 1970 UTC, or row numbers
  [[nodiscard]] std::span<const double> targets() const;            ///< [rows, targets], original units
  [[nodiscard]] std::span<const std::uint8_t> observed() const;     ///< [rows, columns], 0 where a value was filled
  [[nodiscard]] std::span<const float> fixed() const;               ///< [series, SeriesInfo::fixed], scaled
  [[nodiscard]] std::span<const std::int32_t> fixed_codes() const;  ///< [series, SeriesInfo::fixed_words]

  /// 1 unless it is a panel.
  [[nodiscard]] std::int64_t series_count() const;
  /// The rows of a series, which follow each other.
  [[nodiscard]] Segment rows_of(std::int64_t series) const;
  /// Those that one split has; none without such a split.
  [[nodiscard]] Segment rows_of(std::int64_t series, Split split) const;
  [[nodiscard]] std::int64_t series_of(std::int64_t row) const { return panel().series_of(row); }
  /// Empty unless it is a panel.
  [[nodiscard]] std::string id(std::int64_t series) const;
  /// First row after train, val and test of a series, among all rows.
  [[nodiscard]] std::array<std::int64_t, 3> split_end(std::int64_t series) const;
  /// The runs of rows without a gap, of all series in order.
  [[nodiscard]] std::span<const Segment> segments() const;
  /// A column as it is scaled in a series.
  [[nodiscard]] ColumnTransform column(std::int64_t series, std::size_t column) const;
  [[nodiscard]] PanelView panel() const;

 private:
  struct Impl;
  explicit Series(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Rows to be written as an artifact of kind "series", by a stage that replaces preprocess. All spans are row-major, with the shapes and
/// units of Series.
struct SeriesData {
  SeriesInfo info;
  std::span<const float> values;
  std::span<const std::int64_t> time;
  std::span<const double> targets;
  std::span<const std::uint8_t> observed;  ///< empty: all observed
};
/// SeriesInfo::split_end of a series with these times: the first row after train, val and test, by a workflow's `split` (fractions, counts,
/// two times, or rows at the end). Error (usage) for a value that is no split of one series, or that asks for calibration; Error (data)
/// when a split is empty.
[[nodiscard]] PIPELINE_EXPORT std::array<std::int64_t, 3> split_ends(const Value& split, std::span<const std::int64_t> time);
/// Writes series.npy, time.npy, targets.npy, observed.npy, columns.json and transform.json into `folder`.
PIPELINE_EXPORT void write_series(const std::filesystem::path& folder, const SeriesData& data);

/// More data with the columns of a series, in the units that its model sees. All row-major. A column that is only a target may be absent
/// from the file or empty: its levels are then NaN.
struct PreparedInput {
  std::vector<std::int64_t> time;      ///< [rows]
  std::vector<float> values;           ///< [rows, columns], transformed, and scaled by `scale` if there is one, else by SeriesInfo::columns
  std::vector<double> targets;         ///< [rows, targets], original units
  std::vector<std::uint8_t> observed;  ///< [rows, columns], 0 where a value was filled
  std::vector<Segment> segments;       ///< runs of rows without a gap; a window must lie within one
  bool utc = false;                    ///< as in SeriesInfo, of this file
  std::vector<std::string> ids{};      ///< of a panel: its series, in the order of their rows
  std::vector<std::int64_t> series_start{};  ///< [ids + 1] first row of each series, then the number of rows
  std::vector<double> scale{};               ///< [ids, columns, 2] center and scale, if each series has its own
  std::vector<std::int64_t> group{};         ///< [ids] number in PanelInfo::groups, if there are some
  std::vector<float> fixed{};                ///< [ids, SeriesInfo::fixed], as in Series
  std::vector<std::int32_t> fixed_codes{};   ///< [ids, SeriesInfo::fixed_words], as in Series
  /// For a model that reads columns known ahead: each series ends with this many rows after its last one, of which only these columns are
  /// known. `segments` leave them out.
  std::int64_t future_rows = 0;
  /// [ids], or one number without ids: the first of these rows in which no column has a missing value, at most the series' own horizon.
  /// Empty if future_rows is 0.
  std::vector<std::int64_t> known_rows{};
  std::string first_unknown{};  ///< what the first series lacks that has fewer than its horizon, as an error says it; empty: none has fewer
  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(time.size()); }
  [[nodiscard]] PanelView panel() const { return {.start = series_start, .scale = scale, .group = group}; }
};
/// The scales of a training's series, and what is fixed in them.
struct PanelScales {
  std::vector<std::string> ids;
  std::vector<double> scale;                ///< [ids, columns, 2] center and scale; empty: all series have the same
  std::vector<float> fixed{};               ///< [ids, SeriesInfo::fixed], scaled
  std::vector<std::int32_t> fixed_codes{};  ///< [ids, SeriesInfo::fixed_words]
};
/// How read_like() reads: the rows after the last ones, and the scales of a panel of which each series has its own. A series of the
/// training has those of the training, any other one those of its rows before its forecasts.
struct InputReading {
  std::int64_t horizon = 0;              ///< rows after the last one of each series in which columns known ahead are needed
  std::vector<std::int64_t> horizons{};  ///< [groups] of series by frequency, where some need fewer rows; empty: all need `horizon`
  std::vector<std::string> series{};     ///< ids of the series that are forecast; empty: all. Others need no such rows
  std::filesystem::path future{};        ///< a second file with such rows; empty: they stand in the same file
  bool partly = false;                   ///< values may be missing in such rows: PreparedInput::known_rows tells of each series
  const Registry* registry = nullptr;    ///< makes the features of plugins that made columns of the series
  const PanelScales* scales = nullptr;   ///< nullptr: there is no series of the training
  /// The number of rows, of a series with these times, that come before its forecasts or that these start from; empty: all.
  std::function<std::int64_t(std::span<const std::int64_t> time)> history{};
};
/// Reads `csv` with the options in info.source (time columns, na_values, missing, ...). Error (data) as in preprocess.
[[nodiscard]] PIPELINE_EXPORT PreparedInput read_like(const std::filesystem::path& csv, const SeriesInfo& info,
                                                      const InputReading& how = {});
/// The `count` times after `last`: by the regular step, over weekends for business days, by the median step of an irregular axis, or as row
/// numbers. `group`: the series' frequency group, where there are some.
[[nodiscard]] PIPELINE_EXPORT std::vector<std::int64_t> future_times(std::int64_t last, std::int64_t count, const SeriesInfo& info,
                                                                     std::optional<std::int64_t> group = {});
/// An ISO 8601 time as nanoseconds since 1970: UTC if the text has an offset, else as written. Error (usage) for any other text.
[[nodiscard]] PIPELINE_EXPORT std::int64_t parse_time(std::string_view text);

}  // namespace pipeline
