#pragma once

#include <map>
#include <string>

#include "pipeline/data/training_record.h"
#include "pipeline/train/fit.h"

namespace pipeline::stage::train {

/// Adds a fit's result to the record: epochs, steps, the cause of its end, the curve and the score of its best checkpoint.
void add_result(TrainingRecord& record, const FitResult& result);

/// The validation metrics of the best checkpoint, else those of the last epoch that validated; empty when none did.
[[nodiscard]] std::map<std::string, double> headline_metrics(const FitResult& result);

}  // namespace pipeline::stage::train
