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

/// The role of a column in a model.
enum class ColumnRole {
  past,    ///< its past is an input
  target,  ///< the model forecasts it
  future,  ///< its values over the horizon are known too
  fixed    ///< it has one value for each series
};

/// A column that a feature makes.
struct FeatureColumn {
  std::string name;
  ColumnRole role = ColumnRole::future;
  bool is_scaled = true;   ///< the scaler treats it as the file's columns; false: it stays as it is
  std::int64_t codes = 0;  ///< number of codes of a column of words, with code 0 (a word that fit() did not see); 0: a column of numbers
};

/// Rows that a feature reads: whole series one after the other, each in the order of time.
struct FeatureRows {
  std::span<const std::int64_t> time;        ///< [rows] nanoseconds since 1970 UTC, or row numbers
  std::span<const std::int64_t> local_time;  ///< [rows] the same in local time of the data's time zone
  std::span<const std::int64_t> series;      ///< [rows] the series of each row
  /// The columns of numbers that the feature's options name, each [rows]; NaN where a value is missing.
  std::vector<std::span<const double>> numbers;
  /// The same for columns of words; empty where a word is missing, or is one that no training row holds.
  std::vector<std::span<const std::string>> words;
};

/// Turns a file's columns into a model's inputs: calendar, holidays, words, or a plugin's own. The checkpoint holds its state, so that
/// `predict` applies the fitted feature to new rows.
class PIPELINE_EXPORT Feature {
 public:
  virtual ~Feature();
  /// The columns of the file that it reads.
  [[nodiscard]] virtual std::vector<std::string> reads() const = 0;
  /// The columns that it makes; asked after fit() or load_state().
  [[nodiscard]] virtual std::vector<FeatureColumn> columns() const = 0;
  /// Learns from the training rows; nothing by default.
  virtual void fit(const FeatureRows& training);
  /// Writes its columns to `out`, row-major [rows, columns()]; a code is a whole number. A value may depend only on its row and on earlier
  /// rows. Error (data) names row and column.
  virtual void apply(const FeatureRows& rows, std::span<double> out) const = 0;
  /// The state that fit() learned, as plain data.
  [[nodiscard]] virtual Value state() const;
  virtual void load_state(const Value& state);
};

template <>
struct Kind<Feature> {
  static constexpr const char* name = "feature";
  using Factory = std::unique_ptr<Feature>(const Value& options);
};

}  // namespace pipeline
