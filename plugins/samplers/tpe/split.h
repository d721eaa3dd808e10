#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/search/search.h"

namespace pipeline::sampler::tpe {

/// The trials that TPE models as good (`below`) and bad (`above`), sorted by number.
struct Split {
  std::vector<const Trial*> below, above;
};

/// Puts the best trials below: a tenth of the complete and pruned ones, at most 25. Complete trials come first, then pruned ones that got
/// far. Running trials count as bad, so that workers try different points (Optuna's constant_liar).
[[nodiscard]] Split split_trials(const StudyState& study, const Trial& current, bool with_running);

/// The parameters that all complete and pruned trials drew from the same distribution, without single-valued ones.
[[nodiscard]] std::map<std::string, Distribution> common_space(const StudyState& study);

/// The number of trials with a result. While there are too few, TPE draws at random.
[[nodiscard]] std::size_t count_results(const StudyState& study);

}  // namespace pipeline::sampler::tpe
