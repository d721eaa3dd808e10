#pragma once

#include <memory>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/search/search.h"
#include "pipeline/search/tier.h"

namespace pipeline {

/// Decides after each report whether a trial is worth going on with.
class PIPELINE_EXPORT Pruner {
 public:
  virtual ~Pruner();
  /// Whether `trial`, which has just reported, shall end. `study` holds all trials, this one as it was when they were read; what is written
  /// into `trial.system_state` is shared with other workers.
  [[nodiscard]] virtual bool prune(const StudyState& study, Trial& trial) = 0;
};

template <>
struct Kind<Pruner> {
  static constexpr const char* name = "pruner";
  using Factory = std::unique_ptr<Pruner>(const Value& options);
};

}  // namespace pipeline
