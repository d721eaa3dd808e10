#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/host/tier.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"
#include "pipeline/stage.h"

namespace pipeline {

/// The model and windows of some weights, from a workflow's train stage.
struct TrainedTask {
  ComponentSpec model;
  std::filesystem::path windows;  ///< folder of an artifact of kind "windows"
};

/// A model of one series at a time that forecasts in place of a checkpoint: it is fitted to the rows of the input.
struct LocalTask {
  ComponentSpec forecaster;
  std::filesystem::path windows;  ///< folder of an artifact of kind "windows": which columns are read, and how many steps are forecast
  std::vector<double> levels{};   ///< of its quantiles
  Value season_length{};          ///< RunSettings::season_length
};

/// A request of `pipeline predict`.
struct PredictRequest {
  std::filesystem::path checkpoint;   ///< empty: `local` forecasts
  std::filesystem::path input;        ///< a file with the columns that the checkpoint was trained on
  std::filesystem::path future{};     ///< a file with the columns known ahead, for the rows after those of `input`; empty: none
  bool all = false;                   ///< forecast from every row that ends a whole window; else from the last row
  std::vector<std::string> series{};  ///< the ids of the series to forecast; empty: all of the input
  std::string from{};                 ///< forecast from every such row at or after this time (or row number); empty: no such limit
  std::string device = "cpu";         ///< auto | cpu | cuda | cuda:N
  std::optional<TrainedTask> task;    ///< for a checkpoint without a description of its model: Lightning's, plain weights
  std::optional<LocalTask> local{};
  /// The levels of quantiles that a model of a distribution gives. A model of quantiles gives its own.
  std::vector<double> quantiles{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
  std::filesystem::path intervals{};  ///< the file of an evaluation with intervals (data/intervals.h); empty: there are none
  std::string measured_as{};          ///< the model's name in that file
  const Registry& registry;
  Log& log;
};

/// Makes forecasts from a checkpoint or with a local forecaster. A plugin brings it, as the program itself links no torch.
class PIPELINE_EXPORT Predictor {
 public:
  virtual ~Predictor();
  /// Writes CSV: origin,time,step and for each target a column `<target>_pred` and those of quantiles and intervals (data/predictions.h),
  /// in original units; of many series, their ids first.
  virtual void predict(const PredictRequest& request, std::ostream& out) = 0;
};

template <>
struct Kind<Predictor> {
  static constexpr const char* name = "predictor";
  using Factory = std::unique_ptr<Predictor>(const Value& options);
};

}  // namespace pipeline
