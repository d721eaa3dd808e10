#pragma once

#include <deque>

#include "pipeline/study.h"

namespace pipeline {

/// A study of this process alone, gone with it.
class MemoryStudy final : public Study {
 public:
  MemoryStudy(std::string name, bool minimize) { state_.name = std::move(name), state_.minimize = minimize; }

  const StudyState& refresh() override { return state_; }
  [[nodiscard]] std::optional<Trial> begin(std::int64_t budget) override;
  void save_parameters(const Trial& trial) override { stored(trial) = trial; }
  void report(const Trial& trial, std::int64_t step, double value) override;
  void heartbeat(const Trial&) override {}
  bool finish(const Trial& trial, const std::string& reason) override;
  void enqueue(const std::map<std::string, Value>& parameters) override { queue_.push_back(parameters); }
  std::vector<std::int64_t> retry_stale(std::chrono::seconds) override { return {}; }  // whoever runs trials lives as long as they do

 private:
  Trial& stored(const Trial& trial) { return state_.trials.at(static_cast<std::size_t>(trial.number)); }

  StudyState state_;
  std::deque<std::map<std::string, Value>> queue_;
};

}  // namespace pipeline
