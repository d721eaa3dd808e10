#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "forecast_groups.h"
#include "pipeline/data/forecasts.h"
#include "pipeline/data/windows.h"
#include "pipeline/options.h"
#include "pipeline/stage.h"

namespace pipeline::stage::baselines {

struct BaselinesOptions {
  std::vector<std::string> models{"Naive", "SeasonalNaive", "Drift", "WindowAverage", "SES", "Theta", "DynamicOptimizedTheta", "AutoETS",
                                  "CES"};
  Value model_options = Value::Map{};
  bool refit = false;
  std::vector<double> quantiles{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};

  static constexpr auto options() {
    return option_list<BaselinesOptions>(
        option("models", &BaselinesOptions::models, "Components of kind local_forecaster.").items(1).role(OptionRole::forecasters),
        option("options", &BaselinesOptions::model_options, "Options of models, by name: { WindowAverage = { window_size = 8 } }.")
            .role(OptionRole::forecasters),
        option("refit", &BaselinesOptions::refit,
               "Fit the parameters at every origin; otherwise once before each split, and then only move the state from origin to origin."),
        option("quantiles", &BaselinesOptions::quantiles, "Levels of the quantiles, from models that have them.").above(0).below(1));
  }
};

/// Forecasts every series from the origins of the validation and test windows, in original units, and leaves the artifact "forecasts".
///
/// Validation is forecast from the rows before it, and test from training and validation rows. A model sees the rows of the origin's own
/// segment alone, oldest first: a gap ends its past. Filled values count as values. Without `refit` the parameters are fitted at the first
/// origin of a segment in a split. A model that cannot fit a series gives the forecasts of Naive there, which is told.
class BaselinesStage final : public Stage {
 public:
  using Options = BaselinesOptions;
  explicit BaselinesStage(BaselinesOptions options) : options_(std::move(options)) {}
  void run(StageContext& context) override;

 private:
  void forecast(const std::string& model, const Windows& windows, std::span<const Group> groups, ForecastsWriter& writer,
                StageContext& context) const;

  BaselinesOptions options_;
};

}  // namespace pipeline::stage::baselines
