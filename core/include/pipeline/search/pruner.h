#pragma once

#include <cstdint>
#include <memory>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/search/search.h"
#include "pipeline/search/tier.h"

namespace pipeline {

/// Decides after each report whether a trial shall continue. In a search with a lag a pruner decides for one trial, and the study that it
/// sees is that trial's Past.
class PIPELINE_EXPORT Pruner {
 public:
  virtual ~Pruner();
  /// Whether `trial`, which has just reported, shall end. `study` holds all trials as they were read last, this one included. Other workers
  /// see what the pruner writes to `trial.system_state`.
  [[nodiscard]] virtual bool prune(const StudyState& study, Trial& trial) = 0;
  /// The number of earlier trials with which it begins to prune, as Sampler::learns_from() (pipeline/search/sampler.h).
  [[nodiscard]] virtual std::int64_t learns_from() const;
};

template <>
struct Kind<Pruner> {
  static constexpr const char* name = "pruner";
  using Factory = std::unique_ptr<Pruner>(const Value& options);
};

}  // namespace pipeline
