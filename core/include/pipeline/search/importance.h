#pragma once

#include <map>
#include <string>

#include "pipeline/export.h"
#include "pipeline/search/search.h"
#include "pipeline/search/tier.h"

namespace pipeline {

/// How much each parameter matters for being among the best tenth of the complete trials: PED-ANOVA, Optuna 5's default evaluator. The
/// values sum to 1, and are equal where the trials say nothing; empty without a complete trial.
/// Watanabe, Bansal, Hutter: PED-ANOVA, IJCAI 2023 (arXiv 2304.10255); conditional parameters: arXiv 2601.20800.
[[nodiscard]] PIPELINE_EXPORT std::map<std::string, double> parameter_importances(const StudyState& study);

}  // namespace pipeline
