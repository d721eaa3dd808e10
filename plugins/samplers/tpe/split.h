#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/search/search.h"

namespace pipeline::sampler::tpe {

/// The trials that TPE models as good and as bad, each by number.
struct Split {
  std::vector<const Trial*> below, above;
};

/// Puts the best tenth (25 at most) of the complete trials below; where they are too few, pruned ones that got far. Running trials count as
/// bad, so that workers keep apart (Optuna's constant_liar).
[[nodiscard]] Split split_trials(const StudyState& study, const Trial& current, bool with_running);

/// The parameters that all complete and pruned trials drew from one and the same distribution, single-valued ones left out.
[[nodiscard]] std::map<std::string, Distribution> common_space(const StudyState& study);

/// Trials with a result: too few and TPE draws at random.
[[nodiscard]] std::size_t count_results(const StudyState& study);

}  // namespace pipeline::sampler::tpe
