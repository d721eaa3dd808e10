#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "candidates.h"
#include "pipeline/data/training_record.h"

namespace pipeline::stage::evaluate {

/// Which model leads, and by what.
struct Ranking {
  std::string by{};        ///< the key of the metric: "val_mase"; empty: nothing was compared
  std::size_t leader = 0;  ///< index of the model
};

/// Ranks models by their validation, and notes the value of each in its result. `rank_by`: "auto", which is val_wql where every model has
/// the quantiles that are asked for, else val_mase; or the name or key of a metric. Where no model has a value of "auto", the best score of
/// the trainings decides, if their scores compare (are_comparable()), else val_mae; without validation windows, nothing. A model that Naive
/// stands for in some series leads only where there is no other. Error (usage) for a metric that no model has, and for val_loss of models
/// that minimised different losses.
[[nodiscard]] Ranking rank(std::vector<Candidate>& candidates, const std::string& rank_by);
/// Whether one metric judged all trainings that have a score; where it is the loss, whether they minimised the same one.
[[nodiscard]] bool are_comparable(const std::vector<TrainingRecord>& trainings);

/// Index of the leading model: the best score if one metric judged all scored models, else the first model with a score, else 0.
[[nodiscard]] std::size_t leading(const std::vector<TrainingRecord>& trainings);

}  // namespace pipeline::stage::evaluate
