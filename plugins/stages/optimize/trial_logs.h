#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "pipeline/logger.h"
#include "pipeline/search/search_space.h"
#include "pipeline/search/study.h"
#include "pipeline/stage.h"

namespace pipeline::stage::optimize {

/// <log_dir>/<study>/trial_<number>
[[nodiscard]] std::filesystem::path log_folder(const StageContext& context, Study& study, const Trial& trial);
/// The workflow's loggers on that folder, which is created.
[[nodiscard]] std::vector<Component<Logger>> make_loggers(const StageContext& context, const std::filesystem::path& folder, bool append);
/// Logs a finished trial's parameters and value for TensorBoard's HParams tab. `append`: the folder holds the trial's curve already.
void log_trial(const StageContext& context, Study& study, const Trial& trial, const SearchSpace& space, const std::string& monitor,
               bool append);

}  // namespace pipeline::stage::optimize
