#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/cleaning.h"
#include "pipeline/data/feature.h"

namespace pipeline {

/// Rows of a table as a feature sees them.
class FeatureInput {
 public:
  /// `reads`: the columns that the feature reads; all are in the table. `zone`: of times in UTC; null: they are local.
  FeatureInput(const CleanTable& data, const std::vector<std::string>& reads, const TimeZone* zone);

  /// The rows of these segments. The view holds until the next call.
  [[nodiscard]] FeatureRows of(std::span<const TableSegment> segments);

 private:
  const CleanTable& data_;
  const TimeZone* zone_;
  std::vector<std::size_t> number_columns_, word_columns_;
  std::vector<std::int64_t> time_, local_, series_;
  std::vector<std::vector<double>> numbers_;
  std::vector<std::vector<std::string>> words_;
};

}  // namespace pipeline
