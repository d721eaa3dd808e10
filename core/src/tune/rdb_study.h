#pragma once

#include <functional>
#include <string>

#include <soci/soci.h>

#include "pipeline/search/study.h"
#include "tune/rdb_schema.h"
#include "tune/rdb_transaction.h"
#include "tune/storage_address.h"

namespace pipeline {

/// A study in a database with Optuna's tables.
class RdbStudy final : public Study {
 public:
  explicit RdbStudy(const StudyRequest& request);

  const StudyState& refresh() override;
  [[nodiscard]] std::optional<Trial> begin(std::int64_t budget, const Ready& ready) override;
  void save_parameters(const Trial& trial) override;
  void report(const Trial& trial, std::int64_t step, double value) override;
  void heartbeat(const Trial& trial) override;
  bool finish(const Trial& trial, const std::string& reason) override;
  void release(const Trial& trial) override;
  void enqueue(const std::map<std::string, Value>& parameters) override;
  [[nodiscard]] std::optional<std::string> note(const std::string& key) override;
  void set_note(const std::string& key, const std::string& text) override;
  std::vector<LostTrial> retry_stale(std::chrono::seconds older_than) override;

 private:
  RdbStudy(const StudyRequest& request, const StorageAddress& address);
  /// Runs `work` in a transaction; an error of the database becomes an Error that names the storage.
  void transact(const std::function<void()>& work, rdb::Access access = rdb::Access::write);
  void open(const StudyRequest& request);
  void read_unsettled();
  [[nodiscard]] std::int64_t insert_trial(TrialState state);
  void write_attribute(std::int64_t trial, const std::string& key, const Value& value, const char* table = "trial_system_attributes");
  void write_user_attribute(std::int64_t trial, const std::string& key, const std::string& text) {
    write_attribute(trial, key, text, "trial_user_attributes");
  }
  enum class GaveUp { repeated, dropped, not_mine };
  [[nodiscard]] GaveUp give_up(std::int64_t id, const std::string& reason, bool counts);
  void lock_study();
  void write_system_state(const Trial& trial);
  void beat(std::int64_t trial);

  std::string shown_;  ///< the storage without its password, for messages
  rdb::Backend backend_;
  soci::session sql_;
  std::int64_t study_id_ = 0;
  StudyState state_;
  std::int64_t settled_ = 0;  ///< trials with ids up to this one are finished and read
};

}  // namespace pipeline
