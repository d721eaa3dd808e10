#include "tune/memory_study.h"

#include <algorithm>
#include <chrono>

namespace pipeline {

namespace {

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

}  // namespace

std::optional<Trial> MemoryStudy::begin(std::int64_t budget, const Ready& ready) {
  const auto counted = std::ranges::count_if(state_.trials, [](const Trial& t) { return t.state != TrialState::fail; });
  if (counted >= budget || (ready && !ready(state_))) return std::nullopt;
  Trial trial;
  trial.number = trial.id = static_cast<std::int64_t>(state_.trials.size());
  if (!queue_.empty()) {
    trial.fixed = std::move(queue_.front());
    queue_.pop_front();
  }
  trial.started = now();
  trial.has_heartbeat = true;
  state_.trials.push_back(trial);
  return trial;
}

void MemoryStudy::enqueue(const std::map<std::string, Value>& parameters) {
  const bool waits = std::ranges::find(queue_, parameters) != queue_.end();
  const bool begun = std::ranges::find(state_.trials, parameters, &Trial::fixed) != state_.trials.end();
  if (!waits && !begun) queue_.push_back(parameters);
}

void MemoryStudy::report(const Trial& trial, std::int64_t step, double value) {
  stored(trial) = trial;
  stored(trial).reports[step] = value;
}

bool MemoryStudy::finish(const Trial& trial, const std::string& reason) {
  stored(trial) = trial;
  stored(trial).reason = reason;
  stored(trial).ended = now();
  return true;
}

void MemoryStudy::release(const Trial& trial) {
  Trial failed = trial;
  failed.state = TrialState::fail;
  static_cast<void>(finish(failed, interrupted_reason));
  std::map<std::string, Value> fixed = trial.fixed;
  for (const auto& [name, value] : trial.parameters) fixed[name] = trial.distributions.at(name).external(value);
  queue_.push_front(std::move(fixed));
}

}  // namespace pipeline
