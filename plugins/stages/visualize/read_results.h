#pragma once

#include <vector>

#include "results.h"

namespace pipeline::stage::visualize {

/// Reads train.json, metrics.json and manifest.json from the folders of earlier stages. A missing file, or one without useful content,
/// causes a warning; a damaged one is an Error.
[[nodiscard]] Results read_results(const std::vector<Artifact>& inputs, Log& log);

/// An evaluation's models, in the order of the trainings, then those of other trainings. `folder`: the folder of the evaluation's files.
[[nodiscard]] std::vector<Evaluation> evaluations_of(const MetricsRecord& metrics, const std::vector<TrainingRecord>& trainings,
                                                     const std::filesystem::path& folder);

}  // namespace pipeline::stage::visualize
