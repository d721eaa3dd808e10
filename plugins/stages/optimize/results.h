#pragma once

#include <filesystem>
#include <string>

#include "optimize_options.h"
#include "pipeline/search/search_space.h"
#include "pipeline/value.h"

namespace pipeline::stage::optimize {

/// Writes a search's results beside its study: study.json, best.toml and trials.csv, with the columns of Optuna's trials_dataframe.
/// `storage`: the address to show, without a password.
void write_results(const std::filesystem::path& folder, const StudyState& study, const SearchSpace& space, const OptimizeOptions& options,
                   const std::string& storage);

/// The headline: best value, its trial, and how many trials ended in each state.
[[nodiscard]] Value summary_of(const StudyState& study);

}  // namespace pipeline::stage::optimize
