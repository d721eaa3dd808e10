#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "data/cleaning.h"
#include "pipeline/data/feature.h"

namespace pipeline {

/// Of columns of words, by their names, whether a training row holds the word of each code. Other words look like missing ones, since a
/// forecast does not know them.
using TrainingWords = std::map<std::string, std::vector<bool>>;

/// Rows of a table as a feature sees them.
class FeatureInput {
 public:
  /// `reads`: the columns that the feature reads; all are in the table. `zone`: of times in UTC; null: they are local. `known`: the words
  /// that the feature sees of each column; of a column that it does not name, those that have a code.
  FeatureInput(const CleanTable& data, const std::vector<std::string>& reads, const TimeZone* zone, const TrainingWords& known = {});

  /// The rows of these segments. The view holds until the next call.
  [[nodiscard]] FeatureRows of(std::span<const TableSegment> segments);

 private:
  const CleanTable& data_;
  const TimeZone* zone_;
  std::vector<std::size_t> number_columns_, word_columns_;
  std::vector<std::vector<bool>> known_;  // of each column of words: whether the word of a code is seen; empty: all are
  std::vector<std::int64_t> time_, local_, series_;
  std::vector<std::vector<double>> numbers_;
  std::vector<std::vector<std::string>> words_;
};

}  // namespace pipeline
