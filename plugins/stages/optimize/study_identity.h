#pragma once

#include <filesystem>
#include <string>

#include "optimize_options.h"
#include "pipeline/search/search_space.h"
#include "pipeline/stage.h"

namespace pipeline::stage::optimize {

/// The storage's address with a relative SQLite file put into `folder`.
[[nodiscard]] std::string absolute_storage(const std::string& storage, const std::filesystem::path& folder);

/// A study's name as that of a folder: it may hold slashes and dots, which lead elsewhere.
[[nodiscard]] std::string folder_name_of(const std::string& study);

/// The study that this search goes on with or begins, made where there is none. A study whose trials were made from other data, another
/// space or other settings cannot be compared with what would be added: then a new one begins under the next free name ("etth1-2"), or,
/// where the workflow names the study, Error (usage) says what changed. Studies of others (Optuna's) are taken as they are, where their
/// parameters mean the same; Error (usage) where one is of another kind or has other choices.
[[nodiscard]] std::string choose_study(const StageContext& context, const OptimizeOptions& options, const SearchSpace& space,
                                       const std::string& storage);

}  // namespace pipeline::stage::optimize
