#pragma once

#include <cstdint>
#include <optional>

#include "pipeline/data/training_record.h"
#include "pipeline/registry.h"
#include "pipeline/stage.h"

namespace pipeline::stage::final_training {

/// Whether an optimizer searched for the weights: the model has some, and no closed form.
[[nodiscard]] bool was_searched(const TrainingRecord& training);

/// Optimizer steps of the longest epoch; nullopt if the training has none of its own.
[[nodiscard]] std::optional<double> steps_of_epoch(const TrainingRecord& training);

/// Changes the tables of a training for one of all rows, without validation, of `steps` optimizer steps (absent: as many as the tables
/// say). Callbacks that watch what validation measures, and those that limit the time, are left out; a checkpoint is written at the end.
/// `ranks`: the processes that trained together, whose batches become one. Error (usage) for a scheduler that watches validation.
void take_all_rows(TrainingTables& tables, const Registry& registry, std::optional<std::int64_t> steps, int ranks);

}  // namespace pipeline::stage::final_training
