#include "tune/memory_study.h"

#include <algorithm>

namespace pipeline {

std::optional<Trial> MemoryStudy::begin(std::int64_t budget) {
  const auto counted = std::ranges::count_if(state_.trials, [](const Trial& t) { return t.state != TrialState::fail; });
  if (counted >= budget) return std::nullopt;
  Trial trial;
  trial.number = trial.id = static_cast<std::int64_t>(state_.trials.size());
  if (!queue_.empty()) {
    trial.fixed = std::move(queue_.front());
    queue_.pop_front();
  }
  state_.trials.push_back(trial);
  return trial;
}

void MemoryStudy::report(const Trial& trial, std::int64_t step, double value) {
  stored(trial) = trial;
  stored(trial).reports[step] = value;
}

bool MemoryStudy::finish(const Trial& trial, const std::string&) {
  stored(trial) = trial;
  return true;
}

}  // namespace pipeline
