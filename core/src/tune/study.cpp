#include "pipeline/study.h"

#include "tune/memory_study.h"
#include "tune/rdb_study.h"

namespace pipeline {

Study::~Study() = default;

std::unique_ptr<Study> open_study(const StudyRequest& request) {
  if (request.storage == "memory") return std::make_unique<MemoryStudy>(request.name, request.minimize);
  return std::make_unique<RdbStudy>(request);
}

const Trial* best_trial(const StudyState& study) {
  const Trial* best = nullptr;
  for (const Trial& trial : study.trials) {
    if (trial.state != TrialState::complete || !trial.value) continue;
    if (!best || (study.minimize ? *trial.value < *best->value : *trial.value > *best->value)) best = &trial;
  }
  return best;
}

}  // namespace pipeline
