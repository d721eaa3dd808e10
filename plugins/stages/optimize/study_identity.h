#pragma once

#include <filesystem>
#include <string>

#include "optimize_options.h"
#include "pipeline/search/search_space.h"
#include "pipeline/stage.h"

namespace pipeline::stage::optimize {

/// The storage's address, with a relative SQLite file placed in `folder`.
[[nodiscard]] std::string absolute_storage(const std::string& storage, const std::filesystem::path& folder);

/// A study's name as a folder name: '_' replaces slashes and a leading dot, which would lead elsewhere.
[[nodiscard]] std::string folder_name_of(const std::string& study);

/// The name of the study that this search continues, or of a new one that it makes. Trials with other data, another space or other settings
/// cannot be compared with new ones. In that case a new study begins under the next free name ("etth1-2"), or, if the workflow names the
/// study, Error (usage) says what changed. Studies of other programs (Optuna) are continued if their parameters mean the same; Error
/// (usage) if a parameter is of another kind or has other choices.
[[nodiscard]] std::string choose_study(const StageContext& context, const OptimizeOptions& options, const SearchSpace& space,
                                       const std::string& storage);

}  // namespace pipeline::stage::optimize
