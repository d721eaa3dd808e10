#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/cleaning.h"
#include "pipeline/data/feature.h"
#include "pipeline/data/prepare.h"
#include "pipeline/data/series.h"

namespace pipeline {

/// The features that make columns of a series from those of its files.
class FeatureChain {
 public:
  /// Those that the options ask for. Error (usage) for options that do not fit each other, such as a calendar without times.
  [[nodiscard]] static FeatureChain from_options(const PrepareOptions& options);
  /// Those that a series was made with, as they were fitted.
  [[nodiscard]] static FeatureChain from_value(const Value& value);
  [[nodiscard]] Value to_value() const;

  [[nodiscard]] bool empty() const { return features_.empty(); }
  /// The columns that they make.
  [[nodiscard]] std::vector<FeatureColumn> columns() const;
  /// Adds the columns to the rows of the table, behind its first `after` columns. `zone`: of times in UTC; null: they are local.
  void add_to(CleanTable& data, std::size_t after, const TimeZone* zone, const std::filesystem::path& scratch) const;

 private:
  struct Member {
    std::string type;
    Value options;
    std::unique_ptr<Feature> feature;
  };
  std::vector<Member> features_;
};

}  // namespace pipeline
