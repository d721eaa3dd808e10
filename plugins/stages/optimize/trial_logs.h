#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "optimize_options.h"
#include "pipeline/logger.h"
#include "pipeline/search/search_space.h"
#include "pipeline/stage.h"

namespace pipeline::stage::optimize {

/// The workflow's loggers on that folder, which is created.
[[nodiscard]] std::vector<Component<Logger>> make_loggers(const StageContext& context, const std::filesystem::path& folder, bool append);
/// Logs the parameters and the value of a trial with a result for TensorBoard's HParams tab, behind its curve if trials are logged.
void log_trial(const StageContext& context, const std::filesystem::path& folder, const Trial& trial, const SearchSpace& space,
               const OptimizeOptions& options);

}  // namespace pipeline::stage::optimize
