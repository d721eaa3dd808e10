#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/cleaning.h"
#include "data/feature_rows.h"
#include "pipeline/data/feature.h"
#include "pipeline/data/prepare.h"
#include "pipeline/data/series.h"

namespace pipeline {

/// The features that make columns of a series from those of its files.
class FeatureChain {
 public:
  /// Those that the options ask for: the calendar, then plugins' own. Error (usage) for options that do not fit each other, such as a
  /// calendar without times.
  [[nodiscard]] static FeatureChain from_options(const PrepareOptions& options, const DerivedFeatures& derived);
  /// Those that a series was made with, as they were fitted. `registry`: makes plugins' own; nullptr: there are none.
  [[nodiscard]] static FeatureChain from_value(const Value& value, const Registry* registry);
  [[nodiscard]] Value to_value() const;

  [[nodiscard]] bool empty() const { return features_.empty(); }
  /// The columns of files that they read.
  [[nodiscard]] std::vector<std::string> reads() const;
  /// The words of the training rows in the columns that become columns of 0 and 1, by name; asked after from_value().
  [[nodiscard]] std::map<std::string, std::vector<std::string>> one_hot_words() const;
  /// Fits them to the training rows. `zone`: of times in UTC; null: they are local.
  void fit(const CleanTable& data, std::span<const TableSegment> training_rows, const TimeZone* zone);
  /// The columns that they make; asked after fit() or from_value().
  [[nodiscard]] std::vector<FeatureColumn> columns() const;
  /// Error (usage) for a feature that makes columns known ahead from columns that are not. `known`: those of the file that are.
  void require_known(const std::vector<std::string>& known) const;
  /// The rows at the end of each series that come after its last one.
  struct FutureSpan {
    std::int64_t rows = 0;
    std::span<const std::int64_t> known{};  ///< [series] the first of them that are known; the others get no value
  };
  /// Gives the table the columns of `info`: those that it has, and those that the features make. Error (data) for a value that is no number
  /// in a row of the data; future rows need those of columns known ahead alone.
  void make_columns(CleanTable& data, const SeriesInfo& info, const TimeZone* zone, const FutureSpan& future,
                    const std::filesystem::path& scratch) const;

 private:
  struct Member {
    std::string type;
    Value options;
    Component<Feature> feature;
  };
  void apply(CleanTable& data, const Member& member, std::size_t first_column, const TimeZone* zone, const FutureSpan& future) const;

  std::vector<Member> features_;
  TrainingWords training_words_;  // of a chain that fit() has fitted
};

}  // namespace pipeline
