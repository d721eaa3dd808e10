#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "pipeline/export.h"
#include "pipeline/host/tier.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"
#include "pipeline/stage.h"

namespace pipeline {

/// What weights belong to, as a workflow's train stage says it.
struct TrainedTask {
  ComponentSpec model;
  std::filesystem::path windows;  ///< folder of an artifact of kind "windows"
};

/// What `pipeline predict` asks for.
struct PredictRequest {
  std::filesystem::path checkpoint;
  std::filesystem::path input;      ///< a file with the columns the checkpoint was trained on
  bool all = false;                 ///< from every row that has a whole window behind it; else from the last row
  std::string from{};               ///< from every such row at or after this time (or row number); empty: not asked for
  std::string device = "cpu";       ///< auto | cpu | cuda | cuda:N
  std::optional<TrainedTask> task;  ///< for a checkpoint that does not say what it belongs to: Lightning's, plain weights
  const Registry& registry;
  Log& log;
};

/// Makes forecasts from a checkpoint. The program knows no torch; a plugin brings this.
class PIPELINE_EXPORT Predictor {
 public:
  virtual ~Predictor();
  /// Writes CSV: origin,time,step and a `<target>_pred` column for each target, in original units.
  virtual void predict(const PredictRequest& request, std::ostream& out) = 0;
};

template <>
struct Kind<Predictor> {
  static constexpr const char* name = "predictor";
  using Factory = std::unique_ptr<Predictor>(const Value& options);
};

}  // namespace pipeline
