#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "library.h"
#include "lightgbm_options.h"
#include "pipeline/data/forecasts.h"
#include "pipeline/data/windows.h"
#include "pipeline/stage.h"

namespace pipeline::stage::lightgbm {

/// Forecasts all series with one LightGBM model of each target (and of each frequency, where there are several), in original units, from
/// the origins of the validation, calibration and test windows, and leaves the artifact "forecasts". Each split is forecast by a model of
/// the rows before it.
///
/// The trees are grown in a process of its own: LightGBM and LibTorch each bring threads of their own OpenMP runtime.
class LightgbmStage final : public Stage {
 public:
  using Options = LightgbmOptions;
  /// Error (usage) for quantiles that do not ascend.
  explicit LightgbmStage(LightgbmOptions options);
  void run(StageContext& context) override;
  void work(StageContext& context, const Value& task) override;

 private:
  void make_forecasts(StageContext& context, const std::filesystem::path& folder) const;
  /// Returns how many origins have the last value for a forecast.
  [[nodiscard]] std::int64_t forecast_split(const Library& library, const Windows& windows, Split split, const ForecastsWriter& writer,
                                            std::span<double> out, StageContext& context) const;

  LightgbmOptions options_;
};

}  // namespace pipeline::stage::lightgbm
