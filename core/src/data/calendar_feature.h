#pragma once

#include <memory>

#include "data/calendar_columns.h"
#include "pipeline/data/feature.h"
#include "pipeline/data/prepare.h"

namespace pipeline {

/// The calendar and the holidays of a row's local time. Its state holds the holidays, so that a forecast needs no file.
class CalendarFeature final : public Feature {
 public:
  /// `options`: calendar, calendar_encoding, holidays and holidays_file of [stages.preprocess]. Error (usage) for a mistake in holidays.
  explicit CalendarFeature(const Value& options);
  /// The options of a feature for these; null where they ask for none.
  [[nodiscard]] static Value options_of(const PrepareOptions& options);

  [[nodiscard]] std::vector<std::string> reads() const override { return {}; }
  [[nodiscard]] std::vector<FeatureColumn> columns() const override;
  void fit(const FeatureRows& training) override;
  void apply(const FeatureRows& rows, std::span<double> out) const override;
  [[nodiscard]] Value state() const override;
  void load_state(const Value& state) override;

 private:
  Value options_;
  std::optional<CalendarColumns> made_;
};

}  // namespace pipeline
