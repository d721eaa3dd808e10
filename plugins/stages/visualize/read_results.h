#pragma once

#include <vector>

#include "results.h"

namespace pipeline::stage::visualize {

/// Reads train.json, metrics.json and manifest.json out of the folders of earlier stages. A file that is missing or holds nothing of
/// interest is passed over with a warning; a damaged one is an Error.
[[nodiscard]] Results read_results(const std::vector<Artifact>& inputs, Log& log);

/// The content of train.json, metrics.json as the report needs it.
[[nodiscard]] Training parse_training(const std::string& stage, const Value& train_json);
[[nodiscard]] std::vector<Evaluation> parse_metrics(const Value& metrics_json, const std::vector<Training>& trainings);

}  // namespace pipeline::stage::visualize
