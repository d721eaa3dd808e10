#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "pipeline/search/search.h"
#include "tune/rdb_schema.h"

namespace pipeline::rdb {

/// The study's complete trials with ids above `after`, sorted by id.
[[nodiscard]] std::vector<Trial> read_trials(soci::session& sql, std::int64_t study, std::int64_t after);
[[nodiscard]] Trial read_trial(soci::session& sql, std::int64_t study, std::int64_t id);
/// Converts the joint points that Optuna's workers wrote for running trials to internal values, by the distributions of earlier trials.
void resolve_joint(std::vector<Trial>& trials);
/// Running trials of other machines whose heartbeat is older than `older_than`, by the database's clock.
[[nodiscard]] std::vector<std::int64_t> stale_trials(soci::session& sql, Backend backend, std::int64_t study,
                                                     std::chrono::seconds older_than);
/// Running trials whose process ran on this machine and is gone.
[[nodiscard]] std::vector<std::int64_t> orphaned_trials(soci::session& sql, std::int64_t study);
/// Every point that was ever put in the queue, by hand or for a retry.
[[nodiscard]] std::vector<Value> queued_parameters(soci::session& sql, std::int64_t study);
/// "; it has a, b" for messages; empty if there is no study.
[[nodiscard]] std::string known_studies(soci::session& sql);
/// The name of the only study; Error (usage) where there are none or several.
[[nodiscard]] std::string only_study(soci::session& sql);

}  // namespace pipeline::rdb
