#include "pipeline/search/study.h"

#include <array>

#include "tune/memory_study.h"
#include "tune/rdb_study.h"
#include "tune/storage_address.h"

namespace pipeline {

Study::~Study() = default;

std::unique_ptr<Study> open_study(const StudyRequest& request) {
  if (request.storage == "memory") return std::make_unique<MemoryStudy>(request.name, request.minimize);
  return std::make_unique<RdbStudy>(request);
}

const char* word_of(TrialState state) {
  constexpr std::array words{"running", "complete", "pruned", "failed", "waiting"};  // in the order of TrialState
  return words.at(static_cast<std::size_t>(state));
}

std::string shown_storage(const std::string& storage) { return storage == "memory" ? storage : StorageAddress::parse(storage).shown; }

const Trial* best_trial(const StudyState& study) {
  const Trial* best = nullptr;
  for (const Trial& trial : study.trials) {
    if (trial.state != TrialState::complete || !trial.value) continue;
    if (!best || (study.minimize ? *trial.value < *best->value : *trial.value > *best->value)) best = &trial;
  }
  return best;
}

}  // namespace pipeline
