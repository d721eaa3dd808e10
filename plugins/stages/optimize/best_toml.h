#pragma once

#include <string>

#include "pipeline/search/search_space.h"

namespace pipeline::stage::optimize {

/// The best trial's values as tables that can be pasted into a workflow. The study has a complete trial.
[[nodiscard]] std::string best_toml(const StudyState& study, const SearchSpace& space, const std::string& monitor);

}  // namespace pipeline::stage::optimize
