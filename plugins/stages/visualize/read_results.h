#pragma once

#include <vector>

#include "results.h"

namespace pipeline::stage::visualize {

/// Reads train.json, metrics.json and manifest.json out of the folders of earlier stages. A file that is missing or holds nothing of
/// interest is passed over with a warning; a damaged one is an Error.
[[nodiscard]] Results read_results(const std::vector<Artifact>& inputs, Log& log);

/// What an evaluation says of its models, in the order of the trainings, then those that none of these made. `folder`: where its files lie.
[[nodiscard]] std::vector<Evaluation> evaluations_of(const MetricsRecord& metrics, const std::vector<TrainingRecord>& trainings,
                                                     const std::filesystem::path& folder);

}  // namespace pipeline::stage::visualize
