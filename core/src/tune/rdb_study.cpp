#include "tune/rdb_study.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "pipeline/errors.h"
#include "pipeline/search/study_text.h"
#include "tune/optuna_text.h"
#include "tune/rdb_reader.h"
#include "tune/rdb_transaction.h"
#include "tune/worker_identity.h"

namespace pipeline {

namespace {

using soci::indicator;
using soci::into;
using soci::use;

/// A double for a column of finite numbers: the value, NULL if it is not finite, and a word for its type.
struct StoredNumber {
  double value;
  indicator present;
  std::string type;

  explicit StoredNumber(double v)
      : value(std::isfinite(v) ? v : 0),
        present(std::isfinite(v) ? soci::i_ok : soci::i_null),
        type(std::isfinite(v) ? "FINITE"
             : std::isnan(v)  ? "NAN"
             : v > 0          ? "INF_POS"
                              : "INF_NEG") {}
};

/// A trial that loses its process more often probably ends it.
constexpr std::size_t most_retries = 3;

/// The attributes that a repeated trial keeps: its place in a grid.
constexpr std::array<const char*, 2> kept_in_repetition{"grid_id", "search_space"};

}  // namespace

RdbStudy::RdbStudy(const StudyRequest& request) : RdbStudy(request, StorageAddress::parse(request.storage)) {}

RdbStudy::RdbStudy(const StudyRequest& request, const StorageAddress& address) : shown_(address.shown), backend_(address.backend) {
  if (!request.create) check_is_there(address);  // SQLite would make an empty file
  name_storage_in_errors(shown_, [&] {
    connect(sql_, address);
    rdb::prepare_schema(sql_, backend_, request.create);
  });
  transact([&] { open(request); }, request.create ? rdb::Access::write : rdb::Access::read);
}

void RdbStudy::transact(const std::function<void()>& work, rdb::Access access) {
  name_storage_in_errors(shown_, [&] {
    rdb::Transaction transaction(sql_, backend_, access);
    work();
    transaction.commit();
  });
}

void RdbStudy::open(const StudyRequest& request) {
  state_.name = request.name.empty() ? rdb::only_study(sql_) : request.name;
  // Two processes may make it at once: the table's unique index admits one row.
  if (request.create) sql_ << "INSERT INTO studies (study_name) VALUES (:n) ON CONFLICT (study_name) DO NOTHING", use(request.name);
  indicator found = soci::i_null;
  sql_ << "SELECT study_id FROM studies WHERE study_name = :n", use(state_.name), into(study_id_, found);
  if (!sql_.got_data()) throw usage_error(shown_ + " has no study \"" + state_.name + "\"" + rdb::known_studies(sql_));
  if (request.create) {
    const std::string wanted = request.minimize ? "MINIMIZE" : "MAXIMIZE";
    sql_ << "INSERT INTO study_directions (direction, study_id, objective) VALUES (:d, :s, 0) ON CONFLICT (study_id, objective) DO NOTHING",
        use(wanted), use(study_id_);
  }
  int objectives = 0;
  std::string direction;
  sql_ << "SELECT count(*) FROM study_directions WHERE study_id = :s", use(study_id_), into(objectives);
  if (objectives != 1)
    throw usage_error("study \"" + state_.name + "\" has " + std::to_string(objectives) + " objectives; one is searched here");
  sql_ << "SELECT direction FROM study_directions WHERE study_id = :s", use(study_id_), into(direction);
  state_.minimize = direction != "MAXIMIZE";
}

/// Within a transaction.
void RdbStudy::read_unsettled() {
  std::vector<Trial>& trials = state_.trials;
  std::erase_if(trials, [&](const Trial& t) { return t.id > settled_; });
  for (Trial& trial : rdb::read_trials(sql_, study_id_, settled_)) trials.push_back(std::move(trial));
  rdb::resolve_joint(trials);
}

const StudyState& RdbStudy::refresh() {
  transact([&] { read_unsettled(); }, rdb::Access::read);
  for (const Trial& trial : state_.trials) {
    if (!trial.is_finished()) break;
    settled_ = trial.id;
  }
  return state_;
}

/// The holder of the study's row may change the queue and number the next trial. SQLite's write transaction locks the whole file.
void RdbStudy::lock_study() {
  std::int64_t id = 0;
  if (backend_ == rdb::Backend::postgresql) sql_ << "SELECT study_id FROM studies WHERE study_id = :s FOR UPDATE", use(study_id_), into(id);
}

std::int64_t RdbStudy::insert_trial(TrialState state) {
  std::int64_t id = 0, number = 0;
  lock_study();
  sql_ << "SELECT count(*) FROM trials WHERE study_id = :s", use(study_id_), into(number);
  const std::string name = optuna::state_name(state), now = optuna::now_text();
  indicator started = state == TrialState::waiting ? soci::i_null : soci::i_ok;
  sql_ << "INSERT INTO trials (number, study_id, state, datetime_start) VALUES (:n, :s, :st, :d) RETURNING trial_id", use(number),
      use(study_id_), use(name), use(now, started), into(id);
  return id;
}

std::optional<Trial> RdbStudy::begin(std::int64_t budget, const Ready& ready) {
  std::int64_t id = 0;
  transact([&] {
    lock_study();
    id = 0;
    std::int64_t counted = 0;
    sql_ << "SELECT count(*) FROM trials WHERE study_id = :s AND state IN ('RUNNING', 'COMPLETE', 'PRUNED')", use(study_id_), into(counted);
    if (counted >= budget) return;
    if (ready) {
      read_unsettled();
      if (!ready(state_)) return;
    }
    // The first trial in the queue; the update's condition gives it to one worker of several. A repetition comes first: its place in the
    // order of draws is before those of the others.
    const std::string now = optuna::now_text();
    sql_ << "UPDATE trials SET state = 'RUNNING', datetime_start = :d WHERE state = 'WAITING' AND trial_id = (SELECT trial_id FROM trials "
            "w WHERE study_id = :s AND state = 'WAITING' ORDER BY (SELECT count(*) FROM trial_system_attributes a WHERE a.trial_id = "
            "w.trial_id AND a.\"key\" = 'failed_trial') DESC, trial_id LIMIT 1) RETURNING trial_id",
        use(now), use(study_id_), into(id);
    if (!sql_.got_data()) id = insert_trial(TrialState::running);
    write_user_attribute(id, "worker", this_worker());
    beat(id);
  });
  if (id == 0) return std::nullopt;
  Trial begun;
  transact([&] { begun = rdb::read_trial(sql_, study_id_, id); }, rdb::Access::read);
  return begun;
}

void RdbStudy::write_attribute(std::int64_t trial, const std::string& key, const Value& value, const char* table) {
  const std::string json = optuna::python_json(value);
  sql_ << "INSERT INTO " << table
       << " (trial_id, \"key\", value_json) VALUES (:t, :k, :v) ON CONFLICT (trial_id, \"key\") DO UPDATE SET value_json = "
          "excluded.value_json",
      use(trial), use(key), use(json);
}

void RdbStudy::write_system_state(const Trial& trial) {
  for (const auto& [key, value] : trial.system_state) write_attribute(trial.id, key, value);
}

void RdbStudy::beat(std::int64_t trial) {
  sql_ << "INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (:t, CURRENT_TIMESTAMP) ON CONFLICT (trial_id) DO UPDATE SET "
          "heartbeat = excluded.heartbeat",
      use(trial);
}

void RdbStudy::save_parameters(const Trial& trial) {
  transact([&] {
    for (const auto& [name, value] : trial.parameters) {
      const std::string json = optuna::distribution_json(trial.distributions.at(name));
      sql_ << "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (:t, :n, :v, :d) ON CONFLICT "
              "(trial_id, param_name) DO NOTHING",
          use(trial.id), use(name), use(value), use(json);
    }
    write_system_state(trial);
  });
}

void RdbStudy::report(const Trial& trial, std::int64_t step, double value) {
  StoredNumber stored(value);
  transact([&] {
    sql_
        << "INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type) VALUES (:t, :s, :v, :y) ON "
           "CONFLICT (trial_id, step) DO UPDATE SET intermediate_value = excluded.intermediate_value, intermediate_value_type = "
           "excluded.intermediate_value_type",
        use(trial.id), use(step), use(stored.value, stored.present), use(stored.type);
    write_system_state(trial);
    beat(trial.id);
  });
}

void RdbStudy::heartbeat(const Trial& trial) {
  transact([&] { beat(trial.id); });
}

bool RdbStudy::finish(const Trial& trial, const std::string& reason) {
  bool ended = false;
  transact([&] {
    const std::string state = optuna::state_name(trial.state), now = optuna::now_text();
    std::int64_t id = 0;
    sql_ << "UPDATE trials SET state = :s, datetime_complete = :d WHERE trial_id = :t AND state = 'RUNNING' RETURNING trial_id", use(state),
        use(now), use(trial.id), into(id);
    ended = sql_.got_data();
    if (!ended) return;
    write_system_state(trial);
    if (trial.value && trial.has_result()) {
      StoredNumber stored(*trial.value);
      sql_ << "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (:t, 0, :v, :y)", use(trial.id),
          use(stored.value, stored.present), use(stored.type);
    }
    if (!reason.empty()) write_user_attribute(trial.id, "reason", reason);
  });
  return ended;
}

void RdbStudy::enqueue(const std::map<std::string, Value>& parameters) {
  const Value wanted = Value::Map(parameters.begin(), parameters.end());
  transact([&] {
    lock_study();
    const std::vector<Value> queued = rdb::queued_parameters(sql_, study_id_);
    if (std::ranges::find(queued, wanted) == queued.end()) write_attribute(insert_trial(TrialState::waiting), "fixed_params", wanted);
  });
}

std::optional<std::string> RdbStudy::note(const std::string& key) {
  std::optional<std::string> text;
  transact(
      [&] {
        std::string json;
        text.reset();
        sql_ << "SELECT value_json FROM study_user_attributes WHERE study_id = :s AND \"key\" = :k", use(study_id_), use(key), into(json);
        if (!sql_.got_data()) return;
        const Value value = optuna::read_python_json(json);
        text = value.is_string() ? value.as_string() : json;
      },
      rdb::Access::read);
  return text;
}

void RdbStudy::set_note(const std::string& key, const std::string& text) {
  const std::string json = to_json(text);
  transact([&] {
    sql_ << "INSERT INTO study_user_attributes (study_id, \"key\", value_json) VALUES (:s, :k, :v) ON CONFLICT (study_id, \"key\") DO "
            "UPDATE SET value_json = excluded.value_json",
        use(study_id_), use(key), use(json);
  });
}

/// Marks a running trial as failed and puts its parameters in the queue. A loss that `counts` is repeated most_retries times at most.
RdbStudy::GaveUp RdbStudy::give_up(std::int64_t id, const std::string& reason, bool counts) {
  std::int64_t failed = 0;
  const std::string now = optuna::now_text();
  sql_ << "UPDATE trials SET state = 'FAIL', datetime_complete = :d WHERE trial_id = :t AND state = 'RUNNING' RETURNING trial_id", use(now),
      use(id), into(failed);
  if (!sql_.got_data()) return GaveUp::not_mine;  // another worker did
  write_user_attribute(id, "reason", reason);
  const Trial lost = rdb::read_trial(sql_, study_id_, id);
  // The attributes of Optuna's RetryFailedTrialCallback.
  const auto before = lost.system_state.find("retry_history");
  Value::List history = before == lost.system_state.end() ? Value::List{} : before->second.as_list();
  if (counts && history.size() >= most_retries) return GaveUp::dropped;
  const auto first = lost.system_state.find("failed_trial");
  const Value original = first == lost.system_state.end() ? Value(lost.number) : first->second;
  if (counts) history.emplace_back(lost.number);
  Value::Map fixed = parameters_of(lost);
  fixed.insert(lost.fixed.begin(), lost.fixed.end());
  const std::int64_t again = insert_trial(TrialState::waiting);
  write_attribute(again, "failed_trial", original);
  write_attribute(again, "retry_history", history);
  write_attribute(again, "fixed_params", fixed);
  for (const char* key : kept_in_repetition) {
    if (const auto noted = lost.system_state.find(key); noted != lost.system_state.end()) write_attribute(again, key, noted->second);
  }
  return GaveUp::repeated;
}

void RdbStudy::release(const Trial& trial) {
  transact([&] { static_cast<void>(give_up(trial.id, interrupted_reason, false)); });
}

std::vector<LostTrial> RdbStudy::retry_stale(std::chrono::seconds older_than) {
  std::vector<LostTrial> lost;
  transact([&] {
    lost.clear();
    lock_study();  // first, as everywhere: another order of locks could deadlock two workers
    std::vector<std::int64_t> ids = rdb::stale_trials(sql_, backend_, study_id_, older_than);
    std::ranges::copy(rdb::orphaned_trials(sql_, study_id_), std::back_inserter(ids));
    for (const std::int64_t id : ids) {
      const GaveUp how = give_up(id, lost_reason, true);
      if (how != GaveUp::not_mine) lost.push_back({rdb::read_trial(sql_, study_id_, id).number, how == GaveUp::repeated});
    }
  });
  return lost;
}

}  // namespace pipeline
