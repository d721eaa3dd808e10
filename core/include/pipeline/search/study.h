#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/search/search.h"
#include "pipeline/search/tier.h"

namespace pipeline {

struct StudyRequest {
  /// "memory", "sqlite:///relative.db", "sqlite:////absolute.db" or "postgresql://user:password@host/database".
  std::string storage;
  std::string name;      ///< empty and without `create`: the only study in the storage
  bool minimize = true;  ///< the direction of a study that is created; an existing one keeps its own (StudyState::minimize)
  bool create = true;    ///< create a missing study; false: Error (usage), with the existing names
};

/// Reasons of trials that failed without an error in the trial.
inline constexpr const char* lost_reason = "the process that ran it is gone";
inline constexpr const char* interrupted_reason = "interrupted";

/// A trial whose process is gone; `again`: its parameters are in the queue again.
struct LostTrial {
  std::int64_t number = 0;
  bool again = false;

  friend bool operator==(const LostTrial&, const LostTrial&) = default;
};

/// A study in its storage, shared with other processes and with Optuna (schema 12, versions 3.2 to 5). Every call is one short transaction.
/// Only one thread may use it at a time. Error (unexpected) when the storage cannot be reached.
class PIPELINE_EXPORT Study {
 public:
  virtual ~Study();

  /// Reads all trials of all workers; a finished trial is read only once.
  virtual const StudyState& refresh() = 0;
  /// Asked with the study as it is, while no other worker can begin a trial: whether the next one may begin.
  using Ready = std::function<bool(const StudyState&)>;
  /// Begins a trial: the first one that waits in the queue, repetitions before others, else a new one. nullopt once `budget` trials are
  /// running, complete or pruned (counted over all workers; failed trials do not count), or if `ready` says no; an empty one says yes.
  [[nodiscard]] virtual std::optional<Trial> begin(std::int64_t budget, const Ready& ready) = 0;
  [[nodiscard]] std::optional<Trial> begin(std::int64_t budget) { return begin(budget, {}); }
  /// Saves what suggest() and a sampler wrote into the trial since it began.
  virtual void save_parameters(const Trial& trial) = 0;
  /// Saves a value of the monitored metric and what a pruner wrote; counts as a heartbeat.
  virtual void report(const Trial& trial, std::int64_t step, double value) = 0;
  virtual void heartbeat(const Trial& trial) = 0;
  /// Ends the trial in its state. False when another worker has marked it as failed meanwhile: its result is dropped.
  virtual bool finish(const Trial& trial, const std::string& reason) = 0;
  /// Gives back an interrupted trial: marks it as failed and puts its parameters in the queue, without a limit on repetitions.
  virtual void release(const Trial& trial) = 0;
  /// Puts known good parameters, in external form, in the queue, unless they were put there before.
  virtual void enqueue(const std::map<std::string, Value>& parameters) = 0;
  /// A note of this program in the study, which Optuna shows as a user attribute; nullopt if it was never written.
  [[nodiscard]] virtual std::optional<std::string> note(const std::string& key) = 0;
  virtual void set_note(const std::string& key, const std::string& text) = 0;
  /// Marks lost running trials as failed and puts their parameters in the queue (three times at most). A trial is lost if its process ran
  /// on this machine and is gone, or if it runs elsewhere and its last heartbeat is older than `older_than`. A trial of another machine
  /// without any heartbeat is left alone, as in Optuna.
  virtual std::vector<LostTrial> retry_stale(std::chrono::seconds older_than) = 0;
};

[[nodiscard]] PIPELINE_EXPORT std::unique_ptr<Study> open_study(const StudyRequest& request);

/// The storage's address without its password, for display. Error (usage), which does not repeat the text, if it is no such address.
[[nodiscard]] PIPELINE_EXPORT std::string shown_storage(const std::string& storage);

/// The trial with the best value; nullptr without a complete one.
[[nodiscard]] PIPELINE_EXPORT const Trial* best_trial(const StudyState& study);

}  // namespace pipeline
