#pragma once

#include <string>

#include "pipeline/search/search_space.h"

namespace pipeline::stage::optimize {

/// The best trial's values as tables to paste into a workflow. The study must have a complete trial.
[[nodiscard]] std::string best_toml(const StudyState& study, const SearchSpace& space, const std::string& monitor);

}  // namespace pipeline::stage::optimize
