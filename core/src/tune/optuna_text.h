#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pipeline/search/search.h"

/// How Optuna's schema writes what it keeps as text.
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
/// Such a text as seconds since 1970 UTC; nothing where it is none.
[[nodiscard]] std::optional<double> read_time(const std::string& text);

}  // namespace pipeline::optuna
