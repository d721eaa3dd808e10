#pragma once

#include <string>
#include <vector>

#include "pipeline/options.h"

namespace pipeline::stage::optimize {

struct OptimizeOptions {
  std::int64_t n_trials = 50;
  double timeout = 0;
  std::string direction = "auto";
  std::string monitor = "val_loss";
  std::string objective = "last";
  Value search = Value::Map{};
  std::vector<std::string> search_order;
  Value enqueue = Value::List{};
  std::string storage = "sqlite:///study.db";
  std::string study_name;
  std::string rng = "keyed";
  std::int64_t lag = 0;
  Value workers = "auto";
  std::int64_t trial_threads = 0;
  std::string for_stage;
  std::int64_t save_top_k = 1;
  bool log_trials = false;
  double heartbeat_interval = 60;

  static constexpr auto options() {
    return option_list<OptimizeOptions>(
        option("n_trials", &OptimizeOptions::n_trials,
               "Trials that run to their end or are pruned, over all workers and all runs of the study; failed ones are not counted.")
            .at_least(1),
        option("timeout", &OptimizeOptions::timeout, "No trial begins after so long; 0 sets no limit.").between(0, 1e9).unit("s"),
        option("direction", &OptimizeOptions::direction,
               "Whether a smaller or a larger value of the monitor is better; auto: as the metric says of itself.")
            .choices({"auto", "minimize", "maximize"}),
        option("monitor", &OptimizeOptions::monitor, "The metric by which trials are compared and pruned.").role(OptionRole::metric),
        option("objective", &OptimizeOptions::objective, "A trial's value: the monitored metric of its last epoch, or of its best.")
            .choices({"last", "best"}),
        option("search", &OptimizeOptions::search,
               "What is searched, by option: \"model.hidden_size\" = { low = 32, high = 128, step = 16 }, \"optimizer.lr\" = { low = 1e-5, "
               "high = 1e-3, log = true }, \"model.type\" = { choices = [...] }; name = \"...\" for the study, when = { \"model.type\" = "
               "\"...\" } for a condition; {} takes the option's own range.")
            .role(OptionRole::search_space)
            .required(),
        option("search_order", &OptimizeOptions::search_order, "The order in which parameters are drawn; none: as they are written."),
        option("enqueue", &OptimizeOptions::enqueue, "Points that are tried first: [{ \"model.hidden_size\" = 64 }].")
            .no_effect_on_result(),
        option("storage", &OptimizeOptions::storage,
               "Where the study lies, as Optuna names it: sqlite:///file.db (relative: in the stage's folder), "
               "postgresql://user:password@host/"
               "database for many machines, or memory.")
            .role(OptionRole::study_storage)
            .secret()
            .no_effect_on_result(),
        option("study_name", &OptimizeOptions::study_name, "The study's name; empty: the workflow's."),
        option("rng", &OptimizeOptions::rng,
               "Draws that follow from seed, trial and parameter alone, so that an interrupted study goes on as if it had not been; or in "
               "sequence, as Optuna's samplers draw.")
            .choices({"keyed", "optuna"}),
        option("lag", &OptimizeOptions::lag,
               "Trial n learns from trials 0 to n - lag, whichever of the later ones have ended, so that any number of workers up to lag "
               "gives the same study; 0: from all that have ended when it begins.")
            .at_least(0),
        option(
            "workers", &OptimizeOptions::workers,
            "Trials at once, each in a process of its own; auto: with a lag as many as that, at most one a processor, else one; fastest: "
            "measures which number trains most batches.")
            .whole_number()
            .between(1, 1024)
            .choices({"auto", "fastest"})
            .no_effect_on_result(),
        option("trial_threads", &OptimizeOptions::trial_threads,
               "Threads of a trial; 0: one with a lag of 2 or more, else the trial's share of the run's threads.")
            .between(0, 1024),
        option("for", &OptimizeOptions::for_stage, "The stage that trains with the best values, where several could."),
        option("save_top_k", &OptimizeOptions::save_top_k,
               "Checkpoints of the best trials that are kept, in checkpoints/<study>/; -1 keeps all.")
            .at_least(-1)
            .no_effect_on_result(),
        option("log_trials", &OptimizeOptions::log_trials, "Log every trial's curve, not only its parameters and value.")
            .no_effect_on_result(),
        option("heartbeat_interval", &OptimizeOptions::heartbeat_interval,
               "A running trial says at least so often that it lives; silent for twice as long, it is given to another worker.")
            .above(0)
            .at_most(1e9)
            .unit("s")
            .no_effect_on_result());
  }
  static std::vector<OptionRule> rules() {
    using enum OptionRule::Kind;
    return {{restricts, "storage", "workers", "memory", {"auto", 1}, "is one process's"},
            {restricts, "rng", "workers", "optuna", {"auto", 1}, "draws in sequence in one process, several would draw the same"},
            {restricts, "rng", "lag", "optuna", {0}, "draws in sequence, so that a trial's values depend on all draws before it"}};
  }
};

}  // namespace pipeline::stage::optimize
