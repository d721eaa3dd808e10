#pragma once

#include <string>
#include <vector>

#include "pipeline/data/feature.h"

namespace pipeline {

/// A column of 0 and 1 for each word that the training rows of a column hold: "region=north". Another word is 0 in all of them.
class OneHotFeature final : public Feature {
 public:
  /// `options`: column, and known_future: whether it is known ahead.
  explicit OneHotFeature(const Value& options);

  [[nodiscard]] std::vector<std::string> reads() const override { return {column_}; }
  [[nodiscard]] std::vector<FeatureColumn> columns() const override;
  void fit(const FeatureRows& training) override;
  void apply(const FeatureRows& rows, std::span<double> out) const override;
  [[nodiscard]] Value state() const override { return Value::List(words_.begin(), words_.end()); }
  void load_state(const Value& state) override;

 private:
  std::string column_;
  ColumnRole role_;
  std::vector<std::string> words_;
};

}  // namespace pipeline
