#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"
#include "pipeline/schema.h"
#include "pipeline/value.h"

namespace pipeline {

enum class Split { train = 0, val = 1, test = 2 };
inline constexpr std::array<const char*, 3> split_names{"train", "val", "test"};
/// "train", "val" or "test"; Error (usage) otherwise.
[[nodiscard]] PIPELINE_EXPORT Split parse_split(std::string_view name);

/// What happens to a column's levels before they are scaled: nothing, their logarithm, the difference from the level one row before, or the
/// logarithm of the ratio to it.
enum class Transform { none, log, diff, log_return };
template <>
struct Words<Transform> {
  static constexpr std::array words{"none", "log", "diff", "log_return"};
};

/// From a column's original units to the model's and back: first the transform, then (x - center) / scale. Arithmetic in double.
struct PIPELINE_EXPORT ColumnTransform {
  std::string name;
  Transform transform = Transform::none;
  std::string scaler = "none";  ///< how center and scale were found, for people: nothing depends on it
  double center = 0, scale = 1;

  /// The scaled value of `level`; `previous` is the level one row before (used by diff and log_return only).
  [[nodiscard]] double forward(double level, double previous) const;
  /// The level of a scaled value; the inverse of `forward`.
  [[nodiscard]] double inverse(double scaled, double previous) const;
  /// Whether a value needs the level before it.
  [[nodiscard]] bool is_difference() const { return transform == Transform::diff || transform == Transform::log_return; }

  [[nodiscard]] Value to_value() const;
  /// Error (usage) for an unknown transform.
  [[nodiscard]] static ColumnTransform from_value(const Value& value);
};

/// Rows [first, first + count) without a gap between them.
struct Segment {
  std::int64_t first = 0, count = 0;
};

/// What is known of a prepared series beside its numbers. Written as columns.json and transform.json, and carried by checkpoints.
struct PIPELINE_EXPORT SeriesInfo {
  std::vector<std::string> features, targets;
  std::vector<ColumnTransform> columns;      ///< features, then the targets that are not among them: the columns of series.npy
  std::vector<std::int64_t> target_columns;  ///< for each target its index in `columns`
  std::string frequency;                     ///< "1h", "1d", "1mo", "business_day", "none" (row numbers or irregular)
  std::int64_t step_ns = 0;                  ///< of a regular time axis, else 0
  std::int64_t median_step_ns = 0;           ///< of an irregular time axis, else 0
  std::string time_name = "row";             ///< heading of the time in what is written for people
  bool has_time = false;                     ///< false: times are row numbers
  std::vector<Segment> segments;
  std::array<std::int64_t, 3> split_end{};  ///< first row after train, val, test
  Value source;                             ///< options needed to read more data of the same kind (time columns, na_values, ...)

  /// Whether target `t` is among the features: its past may be a model's input.
  [[nodiscard]] bool target_is_feature(std::size_t t) const { return target_columns[t] < static_cast<std::int64_t>(features.size()); }
  [[nodiscard]] Value to_value() const;
  [[nodiscard]] static SeriesInfo from_value(const Value& value);
};

/// A prepared series, mapped from a preprocess folder (artifact kind "series"): no number is copied into memory.
class PIPELINE_EXPORT Series {
 public:
  /// Error (data) when a file is missing, damaged or of another shape than columns.json says.
  [[nodiscard]] static std::shared_ptr<const Series> open(const std::filesystem::path& folder);
  ~Series();

  [[nodiscard]] const SeriesInfo& info() const;
  [[nodiscard]] std::int64_t rows() const;
  [[nodiscard]] std::int64_t columns() const;
  [[nodiscard]] std::span<const float> values() const;           ///< [rows, columns], scaled
  [[nodiscard]] std::span<const std::int64_t> time() const;      ///< [rows], nanoseconds since 1970 UTC, or row numbers
  [[nodiscard]] std::span<const double> targets() const;         ///< [rows, targets], original units
  [[nodiscard]] std::span<const std::uint8_t> observed() const;  ///< [rows, columns], 0 where a value was filled

 private:
  struct Impl;
  explicit Series(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Rows to be written as an artifact of kind "series": what a stage that replaces preprocess fills. All spans are row-major.
struct SeriesData {
  SeriesInfo info;
  std::span<const float> values;
  std::span<const std::int64_t> time;
  std::span<const double> targets;
  std::span<const std::uint8_t> observed;  ///< empty: all observed
};
/// The first row after train, val and test of a series with these times, by a workflow's `split` (fractions, counts or two times): what
/// belongs into SeriesInfo::split_end. Error (usage) for a split that is not understood, Error (data) when one of them stays empty.
[[nodiscard]] PIPELINE_EXPORT std::array<std::int64_t, 3> split_ends(const Value& split, std::span<const std::int64_t> time);
/// Writes series.npy, time.npy, targets.npy, observed.npy, columns.json and transform.json into `folder`.
PIPELINE_EXPORT void write_series(const std::filesystem::path& folder, const SeriesData& data);

/// More data of the kind that a series was made of, in the units its model sees. All row-major. Columns that are targets only may be absent
/// from the file or empty: their levels are then NaN.
struct PreparedInput {
  std::vector<std::int64_t> time;      ///< [rows]
  std::vector<float> values;           ///< [rows, columns], transformed and scaled with what `info` says: nothing is fitted
  std::vector<double> targets;         ///< [rows, targets], original units
  std::vector<std::uint8_t> observed;  ///< [rows, columns], 0 where a value was filled
  std::vector<Segment> segments;       ///< runs of rows without a gap; a window must lie within one
  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(time.size()); }
};
/// Reads `csv` with the options in info.source (time columns, na_values, missing, ...). Error (data) as in preprocess.
[[nodiscard]] PIPELINE_EXPORT PreparedInput read_like(const std::filesystem::path& csv, const SeriesInfo& info);
/// The `count` times after `last`: by the step, over weekends for working days, by the median step of irregular times, or row numbers.
[[nodiscard]] PIPELINE_EXPORT std::vector<std::int64_t> future_times(std::int64_t last, std::int64_t count, const SeriesInfo& info);
/// An ISO 8601 time as nanoseconds since 1970 (UTC where it has an offset); Error (usage) for another text.
[[nodiscard]] PIPELINE_EXPORT std::int64_t parse_time(std::string_view text);

}  // namespace pipeline
