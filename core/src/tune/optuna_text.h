#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pipeline/search/search.h"

/// The texts in Optuna's schema.
namespace pipeline::optuna {

/// {"name": "IntDistribution", "attributes": {"log": false, "step": 16, "low": 16, "high": 128}}
[[nodiscard]] std::string distribution_json(const Distribution& distribution);
[[nodiscard]] Distribution read_distribution(const std::string& json);

[[nodiscard]] std::string state_name(TrialState state);
[[nodiscard]] TrialState read_state(std::string_view name);

/// JSON as Python writes it: NaN and Infinity are bare words.
[[nodiscard]] std::string python_json(const Value& value);
[[nodiscard]] Value read_python_json(const std::string& json);

/// "2026-09-04 12:00:00.000000", UTC: as Optuna 5 stores it.
[[nodiscard]] std::string now_text();
/// Seconds since 1970 UTC of such a text; nothing if it is no time.
[[nodiscard]] std::optional<double> read_time(const std::string& text);

}  // namespace pipeline::optuna
