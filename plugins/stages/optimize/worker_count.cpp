#include "worker_count.h"

#include <algorithm>

#include "speed.h"

namespace pipeline::stage::optimize {

namespace {

constexpr std::int64_t most_workers = 4096;

bool is_one_process(const StageContext& context, const OptimizeOptions& options) {
  return !context.start_worker || options.storage == "memory";
}

/// Beyond so many workers, another one would never find a trial that may begin.
std::int64_t most_useful(const OptimizeOptions& options) { return options.lag > 0 ? std::min(options.lag, most_workers) : most_workers; }

}  // namespace

int threads_of_trial(const OptimizeOptions& options, int share) {
  if (options.trial_threads > 0) return static_cast<int>(options.trial_threads);
  return options.lag >= 2 ? 1 : share;
}

int count_workers(StageContext& context, const OptimizeOptions& options) {
  const auto most = static_cast<int>(most_useful(options));
  if (options.workers == Value("fastest")) return fastest_worker_count(context, options, most);
  if (options.workers == Value("auto")) {
    if (options.lag == 0 || is_one_process(context, options)) return 1;
    return std::clamp(context.settings.threads / threads_of_trial(options, context.settings.threads), 1, most);
  }
  const std::int64_t asked = options.workers.as_int();
  if (asked > most && options.lag > 0)
    context.log.warning("workers = " + std::to_string(asked) + ", but with lag = " + std::to_string(options.lag) + " only " +
                        std::to_string(most) + " trials may run at once: " + std::to_string(most) + " start");
  return static_cast<int>(std::min<std::int64_t>(asked, most));
}

}  // namespace pipeline::stage::optimize
