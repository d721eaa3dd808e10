#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "pipeline/search/search.h"
#include "tune/rdb_schema.h"

namespace pipeline::rdb {

/// The study's trials with ids above `after`, by id, with all that belongs to them.
[[nodiscard]] std::vector<Trial> read_trials(soci::session& sql, std::int64_t study, std::int64_t after);
[[nodiscard]] Trial read_trial(soci::session& sql, std::int64_t study, std::int64_t id);
/// Turns what Optuna's workers wrote of running trials' points into internal values, with the distributions of trials before.
void resolve_joint(std::vector<Trial>& trials);
/// Running trials of other machines whose heartbeat is older than that, by the database's clock.
[[nodiscard]] std::vector<std::int64_t> stale_trials(soci::session& sql, Backend backend, std::int64_t study,
                                                     std::chrono::seconds older_than);
/// Running trials whose process ran on this machine and is gone.
[[nodiscard]] std::vector<std::int64_t> orphaned_trials(soci::session& sql, std::int64_t study);
/// Every point that was ever put in the queue, by hand or to be repeated.
[[nodiscard]] std::vector<Value> queued_parameters(soci::session& sql, std::int64_t study);
/// "; it has a, b" for messages; empty where there is none.
[[nodiscard]] std::string known_studies(soci::session& sql);
/// The name of the only study; Error (usage) where there are none or several.
[[nodiscard]] std::string only_study(soci::session& sql);

}  // namespace pipeline::rdb
