#pragma once

#include <filesystem>
#include <string>

#include "optimize_options.h"
#include "pipeline/stage.h"

namespace pipeline::stage::optimize {

/// The storage's address with a relative SQLite file put into `folder`.
[[nodiscard]] std::string absolute_storage(const std::string& storage, const std::filesystem::path& folder);

/// The study that this search goes on with or begins, made where there is none. A study whose trials were made from other data, another
/// space or other settings cannot be compared with what would be added: then a new one begins under the next free name ("etth1-2"), or,
/// where the workflow names the study, Error (usage) says what changed. Studies of others (Optuna's) are taken as they are.
[[nodiscard]] std::string choose_study(const StageContext& context, const OptimizeOptions& options, const std::string& storage);

}  // namespace pipeline::stage::optimize
