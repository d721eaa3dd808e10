#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "pipeline/data/prepare.h"

namespace pipeline {

/// Watches what float32 loses of the columns of a series. A level that is large beside its changes is lost: near 6e8 float32 knows every
/// 64th number only, and a model that sees it learns from rounding.
class FloatResolution {
 public:
  explicit FloatResolution(std::size_t columns) : columns_(columns) {}

  /// The next value of a column, transformed and scaled. NaN and another series begin a new run.
  void add(std::size_t column, double value, std::int64_t series);
  /// Error (data), with a cure, for a column whose roundings are more than a twentieth of its changes.
  void require(const PrepareOptions& options, const SeriesInfo& info) const;

 private:
  struct Column {
    double before = std::numeric_limits<double>::quiet_NaN();
    std::int64_t series = 0;                ///< of `before`
    double changes = 0, roundings = 0;      ///< sums of sizes
    std::int64_t changed = 0, rounded = 0;  ///< numbers of rows
  };
  std::vector<Column> columns_;
};

}  // namespace pipeline
