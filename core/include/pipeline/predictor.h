#pragma once

#include <filesystem>
#include <memory>
#include <ostream>
#include <string>

#include "pipeline/export.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"

namespace pipeline {

/// What `pipeline predict` asks for.
struct PredictRequest {
  std::filesystem::path checkpoint;
  std::filesystem::path input;  ///< a file with the columns the checkpoint was trained on
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
