#include "trial_logs.h"

#include <array>
#include <string>
#include <utility>

#include "pipeline/data/files.h"
#include "pipeline/host/component_call.h"

namespace pipeline::stage::optimize {

std::vector<Component<Logger>> make_loggers(const StageContext& context, const std::filesystem::path& folder, bool append) {
  std::vector<Component<Logger>> loggers;
  const std::vector<ComponentSpec>& specs = context.tables.many("loggers");
  if (specs.empty()) return loggers;
  make_folder(folder);
  for (const ComponentSpec& spec : specs) {
    const LoggerContext where{.version_dir = folder, .append = append, .position = {}, .log = context.log};
    loggers.push_back(context.registry.make<Logger>(spec.type, spec.options, where));
  }
  return loggers;
}

void log_trial(const StageContext& context, const std::filesystem::path& folder, const Trial& trial, const SearchSpace& space,
               const OptimizeOptions& options) {
  if (!trial.value || !trial.has_result()) return;
  const std::int64_t step = trial.last_step().value_or(0);
  for (const Component<Logger>& logger : make_loggers(context, folder, options.log_trials)) {
    if (!options.log_trials) call(logger, "log_hyper_parameters", &Logger::log_hyper_parameters, Value(space.values_of(trial)));
    const std::array<std::pair<std::string, double>, 2> metrics{{{"hp_metric", *trial.value}, {options.monitor, *trial.value}}};
    call(logger, "log_final_metrics", &Logger::log_final_metrics, metrics, step);
    call(logger, "finish", &Logger::finish, true);
  }
}

}  // namespace pipeline::stage::optimize
