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

/// A request of `pipeline predict`.
struct PredictRequest {
  std::filesystem::path checkpoint;
  std::filesystem::path input;        ///< a file with the columns that the checkpoint was trained on
  std::filesystem::path future{};     ///< a file with the columns known ahead, for the rows after those of `input`; empty: none
  bool all = false;                   ///< forecast from every row that ends a whole window; else from the last row
  std::vector<std::string> series{};  ///< the ids of the series to forecast; empty: all of the input
  std::string from{};                 ///< forecast from every such row at or after this time (or row number); empty: no such limit
  std::string device = "cpu";         ///< auto | cpu | cuda | cuda:N
  std::optional<TrainedTask> task;    ///< for a checkpoint without a description of its model: Lightning's, plain weights
  const Registry& registry;
  Log& log;
};

/// Makes forecasts from a checkpoint. A plugin brings it, as the program itself links no torch.
class PIPELINE_EXPORT Predictor {
 public:
  virtual ~Predictor();
  /// Writes CSV: origin,time,step and a `<target>_pred` column for each target, in original units; of many series, their ids first.
  virtual void predict(const PredictRequest& request, std::ostream& out) = 0;
};

template <>
struct Kind<Predictor> {
  static constexpr const char* name = "predictor";
  using Factory = std::unique_ptr<Predictor>(const Value& options);
};

}  // namespace pipeline
