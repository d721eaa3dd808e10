#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/host/tier.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"
#include "pipeline/stage.h"

namespace pipeline {

struct PreparedInput;  // pipeline/data/series.h
struct SeriesInfo;

/// The model and windows of some weights, from a workflow's train stage.
struct TrainedTask {
  ComponentSpec model;
  std::filesystem::path windows;  ///< folder of an artifact of kind "windows"
};

/// A model of a stage that leaves the artifact "forecasts". The predictor "<type>_predictor", of the stage's type, forecasts with it.
struct StageTask {
  std::string model;              ///< its name in the artifact: "Theta" of a stage baselines
  Value options;                  ///< of the stage, as the workflow has them now, with defaults
  std::filesystem::path folder;   ///< what the stage left
  std::filesystem::path windows;  ///< of the artifact "windows": which columns are read, and how many steps are forecast; empty: none
  RunSettings settings{};
};

/// What forecasts are made from.
struct PredictHead {
  const SeriesInfo& series;
  const PreparedInput& input;
  std::int64_t horizon = 0;               ///< the largest one
  std::vector<double> quantile_levels{};  ///< [Q] ascending; empty: there are no quantiles
};

/// The forecast from one row, in original units.
struct RowForecast {
  std::int64_t row = 0;                   ///< of PredictHead::input: the last one that the forecast knows
  std::span<const std::int64_t> times{};  ///< [H] of the steps; H is the horizon of the row's series
  std::span<const double> point{};        ///< [H, T]
  std::span<const double> quantiles{};    ///< [H, T, Q]
};

/// Takes the forecasts of a predictor.
class PIPELINE_EXPORT ForecastReceiver {
 public:
  virtual ~ForecastReceiver();
  /// Called once, before the forecasts. Series and input of `head` live until the predictor is done.
  virtual void begin(const PredictHead& head) = 0;
  /// Forecasts come in the order of rows.
  virtual void add(const RowForecast& forecast) = 0;
};

/// Another model of the workflow, by the name that evaluations give it: "train", "baselines/Theta".
struct OtherModel {
  std::string name;
  std::filesystem::path checkpoint{};  ///< of a trained one; empty: a stage leaves its forecasts
  std::vector<double> quantiles{};     ///< the levels that a distribution gives
};

/// A request of `pipeline predict`.
struct PredictRequest {
  std::filesystem::path checkpoint;   ///< empty: `stage` forecasts
  std::filesystem::path input;        ///< a file with the columns that the checkpoint was trained on
  std::filesystem::path future{};     ///< a file with the columns known ahead, for the rows after those of `input`; empty: none
  bool all = false;                   ///< forecast from every row that ends a whole window; else from the last row
  std::vector<std::string> series{};  ///< the ids of the series to forecast; empty: all of the input
  std::string from{};                 ///< forecast from every such row at or after this time (or row number); empty: no such limit
  std::string device = "cpu";         ///< auto | cpu | cuda | cuda:N
  std::optional<TrainedTask> task{};  ///< for a checkpoint without a description of its model: Lightning's, plain weights
  std::optional<StageTask> stage{};
  /// The levels of quantiles that a model of a distribution gives. A model of quantiles gives its own.
  std::vector<double> quantiles{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
  /// Answers this request with another model of the workflow; empty without a workflow. Error (usage) for a model that it does not have,
  /// and what that model's predictor throws.
  std::function<void(const OtherModel& model, ForecastReceiver& out)> with_other{};
  const Registry& registry;
  Log& log;
};

/// Makes forecasts from a checkpoint, or with a model of a stage. A plugin brings it, as the program itself links no torch. The program
/// writes the forecasts, and the intervals of an evaluation around them.
class PIPELINE_EXPORT Predictor {
 public:
  virtual ~Predictor();
  virtual void predict(const PredictRequest& request, ForecastReceiver& out) = 0;
};

template <>
struct Kind<Predictor> {
  static constexpr const char* name = "predictor";
  using Factory = std::unique_ptr<Predictor>(const Value& options);
};

}  // namespace pipeline
