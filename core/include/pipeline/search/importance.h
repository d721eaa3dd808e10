#pragma once

#include <map>
#include <string>

#include "pipeline/export.h"
#include "pipeline/search/search.h"
#include "pipeline/search/tier.h"

namespace pipeline {

/// The importance of each parameter for a place among the best tenth of the complete trials, by PED-ANOVA, Optuna 5's default evaluator.
/// The values sum to 1; they are equal if the trials show no difference. Empty without a complete trial.
/// Watanabe, Bansal, Hutter: PED-ANOVA, IJCAI 2023 (arXiv 2304.10255); conditional parameters: arXiv 2601.20800.
[[nodiscard]] PIPELINE_EXPORT std::map<std::string, double> parameter_importances(const StudyState& study);

}  // namespace pipeline
