#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tree_data.h"

namespace pipeline::stage::lightgbm {

/// What is read of a target's past: values so many rows back, and means of so many of the newest values.
struct Lags {
  std::vector<std::int64_t> values, means;  ///< each at least 1
  [[nodiscard]] std::int64_t deepest() const;
};

/// The lags where the workflow names none: every row of the last season (7 to 48 rows), and the seasons one and two before.
[[nodiscard]] std::vector<std::int64_t> usual_lags(std::int64_t season);

/// One segment of a target: its values less those of a season before, standardised. Empty places are NaN.
class TargetHistory {
 public:
  /// `y`: the segment, in original units. `season` 0: the values themselves.
  TargetHistory(std::span<const double> y, std::int64_t season, std::int64_t depth);
  void standardise(double center, double scale);

  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(padded_.size()) - depth_; }
  [[nodiscard]] double at(std::int64_t row) const { return padded_[static_cast<std::size_t>(row + depth_)]; }
  /// [depth] the values of the rows before `row`, oldest first.
  [[nodiscard]] std::span<const double> before(std::int64_t row) const {
    return std::span(padded_).subspan(static_cast<std::size_t>(row), static_cast<std::size_t>(depth_));
  }

 private:
  std::int64_t depth_;
  std::vector<double> padded_;  ///< `depth` times NaN, then the rows
};

/// The columns of LightGBM's table for one target, and their values: lags, means, columns known ahead at the row that is forecast, the
/// other columns at the last row seen (for a forecast of each step on its own), and what is fixed in a series.
class LagFeatures {
 public:
  LagFeatures(const TreeData& data, std::size_t target, Lags lags, bool reads_past_columns);

  [[nodiscard]] std::size_t width() const { return names_.size(); }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// The numbers of the columns that hold codes of words.
  [[nodiscard]] const std::vector<std::size_t>& categorical() const { return categorical_; }
  [[nodiscard]] const Lags& lags() const { return lags_; }
  /// The columns of the series that a forecast cannot read: their values over the horizon are not known.
  [[nodiscard]] const std::vector<std::string>& left_out() const { return left_out_; }

  /// A row of the series, by its number among all rows.
  struct Place {
    std::int64_t series = 0, origin = 0, row = 0;  ///< origin: the last row seen; row: the one that is forecast
  };
  /// `past`: standardised values of the target, oldest first; the last one is the newest known. `out` [width].
  void fill(std::span<const double> past, const Place& place, std::span<float> out) const;

 private:
  void add(const std::string& name, bool is_word);

  const TreeData& data_;
  Lags lags_;
  std::vector<std::size_t> known_, past_;  ///< numbers of columns of the series
  std::vector<std::string> names_, left_out_;
  std::vector<std::size_t> categorical_;
};

}  // namespace pipeline::stage::lightgbm
