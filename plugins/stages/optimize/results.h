#pragma once

#include <filesystem>
#include <string>

#include "optimize_options.h"
#include "pipeline/search/search_space.h"
#include "pipeline/value.h"

namespace pipeline::stage::optimize {

/// What a search leaves beside its study: study.json, best.toml and trials.csv, the columns named as Optuna's trials_dataframe names them.
/// `storage` is shown without a password.
void write_results(const std::filesystem::path& folder, const StudyState& study, const SearchSpace& space, const OptimizeOptions& options,
                   const std::string& storage);

/// The headline: best value, its trial, how many trials ended how.
[[nodiscard]] Value summary_of(const StudyState& study);

}  // namespace pipeline::stage::optimize
