#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/value.h"

namespace pipeline {

/// What a column is to a model.
enum class ColumnRole {
  past,    ///< its past is an input
  target,  ///< it is forecast
  future,  ///< known over the horizon too
  fixed    ///< one value for each series
};

/// A column that a feature makes.
struct FeatureColumn {
  std::string name;
  ColumnRole role = ColumnRole::future;
  std::int64_t codes = 0;  ///< of words: the number of codes, code 0 (a word that fit() did not see) among them; 0: numbers
};

/// Rows that a feature reads: whole series one after the other, in order of time within each.
struct FeatureRows {
  std::span<const std::int64_t> time;        ///< [rows] nanoseconds since 1970 UTC, or row numbers
  std::span<const std::int64_t> local_time;  ///< [rows] the same on the clocks of the data's time zone
  std::span<const std::int64_t> series;      ///< [rows] the series of each row
  /// The columns that the feature's options name, each [rows]: numbers, and NaN where there is none.
  std::vector<std::span<const double>> numbers;
  /// The same for columns of words.
  std::vector<std::span<const std::string>> words;
};

/// Turns a file's columns into a model's inputs: calendar, holidays, words, a plugin's own. What it learned travels in the checkpoint, so
/// that `predict` applies it to new rows.
class PIPELINE_EXPORT Feature {
 public:
  virtual ~Feature();
  /// The columns of the file that it reads.
  [[nodiscard]] virtual std::vector<std::string> reads() const = 0;
  /// The columns that it makes; asked after fit() or load_state().
  [[nodiscard]] virtual std::vector<FeatureColumn> columns() const = 0;
  /// Learns from the training rows; nothing by default.
  virtual void fit(const FeatureRows& training);
  /// Writes its columns, row-major [rows, columns()]; a code is a whole number. A value may depend on its row and earlier ones alone. Error
  /// (data) names row and column.
  virtual void apply(const FeatureRows& rows, std::span<double> out) const = 0;
  /// What fit() learned, as plain data.
  [[nodiscard]] virtual Value state() const;
  virtual void load_state(const Value& state);
};

template <>
struct Kind<Feature> {
  static constexpr const char* name = "feature";
  using Factory = std::unique_ptr<Feature>(const Value& options);
};

}  // namespace pipeline
