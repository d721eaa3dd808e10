#include "tune/rdb_reader.h"

#include <algorithm>
#include <limits>
#include <map>

#include "pipeline/errors.h"
#include "tune/optuna_text.h"
#include "tune/worker_identity.h"

namespace pipeline::rdb {

namespace {

using soci::indicator;
using soci::into;
using soci::use;

constexpr const char* joint_key = "tpe:relative_params:";
constexpr double infinity = std::numeric_limits<double>::infinity();

double number_of(double value, indicator present, const std::string& type) {
  if (type == "INF_POS") return infinity;
  if (type == "INF_NEG") return -infinity;
  return present == soci::i_null ? std::numeric_limits<double>::quiet_NaN() : value;
}

/// Keys of samplers, pruners and the queue; the others concern Optuna alone.
bool is_known_key(const std::string& key) {
  return key == "grid_id" || key == "search_space" || key == "fixed_params" || key == "failed_trial" || key == "retry_history" ||
         key.starts_with("completed_rung_") || key.starts_with(joint_key);
}

class Reader {
 public:
  Reader(soci::session& sql, std::int64_t study, std::int64_t after, std::int64_t last)
      : sql_(sql), study_(study), after_(after), last_(last) {}

  std::vector<Trial> read() {
    read_rows();
    read_values();
    read_parameters();
    read_reports();
    read_attributes();
    read_reasons();
    return std::move(trials_);
  }

 private:
  /// Reads the trials' rows of another table: fetches each row's columns into `bound`, then calls `take` with its trial.
  template <class Take, class... Columns>
  void read_each(const std::string& columns, const std::string& table, Take take, Columns... bound) {
    const std::string text = "SELECT x.trial_id, " + columns + " FROM " + table +
                             " x JOIN trials t ON x.trial_id = t.trial_id WHERE t.study_id = :s AND t.trial_id > :a AND t.trial_id <= :l";
    soci::statement rows = ((sql_.prepare << text, use(study_), use(after_), use(last_), into(id_)), ..., bound);
    rows.execute();
    while (rows.fetch()) {
      const auto trial = std::ranges::lower_bound(trials_, id_, {}, &Trial::id);
      if (trial != trials_.end() && trial->id == id_) take(*trial);
    }
  }

  void read_rows() {
    std::int64_t number = 0;
    std::string state, started, ended;
    indicator has_started = soci::i_ok, has_ended = soci::i_ok;
    int heartbeats = 0;
    soci::statement rows =
        (sql_.prepare << "SELECT trial_id, number, state, CAST(datetime_start AS TEXT), CAST(datetime_complete AS TEXT), "
                         "(SELECT count(*) FROM trial_heartbeats h WHERE h.trial_id = trials.trial_id) FROM trials WHERE study_id = :s AND "
                         "trial_id > :a AND trial_id <= :l ORDER BY trial_id",
         use(study_), use(after_), use(last_), into(id_), into(number), into(state), into(started, has_started), into(ended, has_ended),
         into(heartbeats));
    rows.execute();
    while (rows.fetch()) {
      Trial trial;
      trial.id = id_;
      trial.number = number;
      trial.state = optuna::read_state(state);
      trial.has_heartbeat = heartbeats > 0;
      if (has_started == soci::i_ok) trial.started = optuna::read_time(started);
      if (has_ended == soci::i_ok) trial.ended = optuna::read_time(ended);
      trials_.push_back(std::move(trial));
    }
  }

  void read_values() {
    double value = 0;
    indicator present = soci::i_ok;
    std::string type;
    const auto take = [&](Trial& trial) { trial.value = number_of(value, present, type); };
    read_each("x.value, x.value_type", "trial_values", take, into(value, present), into(type));
  }

  void read_parameters() {
    std::string name, json;
    double value = 0;
    std::map<std::string, Distribution> known;
    const auto take = [&](Trial& trial) {
      const auto distribution = known.find(json);
      trial.parameters[name] = value;
      trial.distributions[name] =
          distribution != known.end() ? distribution->second : known.emplace(json, optuna::read_distribution(json)).first->second;
    };
    read_each("x.param_name, x.param_value, x.distribution_json", "trial_params", take, into(name), into(value), into(json));
  }

  void read_reports() {
    std::int64_t step = 0;
    double value = 0;
    indicator present = soci::i_ok;
    std::string type;
    const auto take = [&](Trial& trial) { trial.reports[step] = number_of(value, present, type); };
    read_each("x.step, x.intermediate_value, x.intermediate_value_type", "trial_intermediate_values", take, into(step),
              into(value, present), into(type));
  }

  void read_attributes() {
    std::string key, json;
    const auto take = [&](Trial& trial) {
      if (!is_known_key(key)) return;
      const Value value = optuna::read_python_json(json);
      if (key == "fixed_params") {
        trial.fixed.insert(value.as_map().begin(), value.as_map().end());
      } else {
        trial.system_state[key] = value;
      }
    };
    read_each("x.\"key\", x.value_json", "trial_system_attributes", take, into(key), into(json));
  }

  void read_reasons() {
    std::string json;
    const auto take = [&](Trial& trial) {
      const Value reason = optuna::read_python_json(json);
      if (reason.is_string()) trial.reason = reason.as_string();
    };
    read_each("x.value_json", "(SELECT trial_id, value_json FROM trial_user_attributes WHERE \"key\" = 'reason')", take, into(json));
  }

  soci::session& sql_;
  std::int64_t study_, after_, last_, id_ = 0;
  std::vector<Trial> trials_;
};

/// The ids of running trials whose worker is `wanted`: its name, null if the trial has none. `join` narrows the query.
std::vector<std::int64_t> running_trials(soci::session& sql, std::int64_t study, const std::string& join, bool (*wanted)(const Value&)) {
  std::int64_t id = 0;
  std::string json;
  indicator has_worker = soci::i_null;
  std::vector<std::int64_t> ids;
  soci::statement rows =
      (sql.prepare << "SELECT t.trial_id, u.value_json FROM trials t " + join +
                          " LEFT JOIN trial_user_attributes u ON u.trial_id = t.trial_id AND u.\"key\" = 'worker' WHERE t.study_id = :s "
                          "AND t.state = 'RUNNING' ORDER BY t.trial_id",
       use(study), into(id), into(json, has_worker));
  rows.execute();
  while (rows.fetch()) {
    if (wanted(has_worker == soci::i_ok ? optuna::read_python_json(json) : Value())) ids.push_back(id);
  }
  return ids;
}

/// The JSON that an Optuna worker stores in pieces; null while some are missing.
Value joint_value(Trial& trial) {
  std::string text;
  for (int i = 0;; ++i) {
    const auto piece = trial.system_state.find(joint_key + std::to_string(i));
    if (piece == trial.system_state.end()) break;
    text += piece->second.as_string();
  }
  std::erase_if(trial.system_state, [](const auto& entry) { return entry.first.starts_with(joint_key); });
  return text.ends_with("}") ? from_json(text, "the study's storage") : Value();
}

}  // namespace

std::vector<Trial> read_trials(soci::session& sql, std::int64_t study, std::int64_t after) {
  return Reader(sql, study, after, std::numeric_limits<int>::max()).read();
}

Trial read_trial(soci::session& sql, std::int64_t study, std::int64_t id) {
  std::vector<Trial> found = Reader(sql, study, id - 1, id).read();
  if (found.empty()) throw Error(ExitStatus::unexpected, "the study's storage has lost a trial: was the study deleted meanwhile?");
  return std::move(found.front());
}

void resolve_joint(std::vector<Trial>& trials) {
  std::map<std::string, Distribution> known;
  for (Trial& trial : trials) {
    for (const auto& [name, distribution] : trial.distributions) known.insert_or_assign(name, distribution);
    const Value joint = joint_value(trial);
    if (!joint.is_map()) continue;
    for (const auto& [name, external] : joint.as_map()) {
      const auto distribution = known.find(name);
      if (distribution == known.end()) continue;
      if (const std::optional<double> value = distribution->second.internal(external)) trial.joint[name] = *value;
    }
  }
}

std::vector<std::int64_t> stale_trials(soci::session& sql, Backend backend, std::int64_t study, std::chrono::seconds older_than) {
  const std::string seconds = std::to_string(-older_than.count());
  const std::string border =
      backend == Backend::sqlite ? "datetime('now', '" + seconds + " seconds')" : "LOCALTIMESTAMP + INTERVAL '" + seconds + " seconds'";
  // orphaned_trials() finds the lost trials of this machine: an old heartbeat here may mean a busy process.
  return running_trials(sql, study, "JOIN trial_heartbeats h ON h.trial_id = t.trial_id AND h.heartbeat < " + border,
                        [](const Value& worker) { return !worker.is_string() || !is_of_this_machine(worker.as_string()); });
}

std::vector<std::int64_t> orphaned_trials(soci::session& sql, std::int64_t study) {
  return running_trials(sql, study, "", [](const Value& worker) { return worker.is_string() && is_gone(worker.as_string()); });
}

std::vector<Value> queued_parameters(soci::session& sql, std::int64_t study) {
  std::string json;
  std::vector<Value> found;
  soci::statement rows =
      (sql.prepare << "SELECT a.value_json FROM trial_system_attributes a JOIN trials t ON t.trial_id = a.trial_id WHERE "
                      "t.study_id = :s AND a.\"key\" = 'fixed_params'",
       use(study), into(json));
  rows.execute();
  while (rows.fetch()) found.push_back(optuna::read_python_json(json));
  return found;
}

std::string known_studies(soci::session& sql) {
  std::string name, list;
  soci::statement rows = (sql.prepare << "SELECT study_name FROM studies ORDER BY study_id LIMIT 20", into(name));
  rows.execute();
  while (rows.fetch()) list += (list.empty() ? "; it has " : ", ") + name;
  return list;
}

std::string only_study(soci::session& sql) {
  std::string name;
  int count = 0;
  sql << "SELECT count(*) FROM studies", into(count);
  if (count == 0) throw usage_error("the storage holds no study yet");
  if (count > 1) throw usage_error("the storage holds several studies: name one with --study-name" + known_studies(sql));
  sql << "SELECT study_name FROM studies", into(name);
  return name;
}

}  // namespace pipeline::rdb
