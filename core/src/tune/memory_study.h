#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "pipeline/search/study.h"

namespace pipeline {

/// A study in the memory of this process.
class MemoryStudy final : public Study {
 public:
  MemoryStudy(std::string name, bool minimize) { state_.name = std::move(name), state_.minimize = minimize; }

  const StudyState& refresh() override { return state_; }
  [[nodiscard]] std::optional<Trial> begin(std::int64_t budget, const Ready& ready) override;
  void save_parameters(const Trial& trial) override { stored(trial) = trial; }
  void report(const Trial& trial, std::int64_t step, double value) override;
  void heartbeat(const Trial&) override {}
  bool finish(const Trial& trial, const std::string& reason) override;
  void release(const Trial& trial) override;
  void enqueue(const std::map<std::string, Value>& parameters) override;
  [[nodiscard]] std::optional<std::string> note(const std::string& key) override {
    const auto found = notes_.find(key);
    return found == notes_.end() ? std::nullopt : std::optional(found->second);
  }
  void set_note(const std::string& key, const std::string& text) override { notes_[key] = text; }
  std::vector<LostTrial> retry_stale(std::chrono::seconds) override { return {}; }  // no trial outlives its process

 private:
  Trial& stored(const Trial& trial) { return state_.trials.at(static_cast<std::size_t>(trial.number)); }

  StudyState state_;
  std::map<std::string, std::string> notes_;
  std::deque<std::map<std::string, Value>> queue_;
};

}  // namespace pipeline
