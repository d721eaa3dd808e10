#include "run/executor.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <set>

#include "pipeline/data/files.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "run/history.h"
#include "run/machine.h"
#include "run/ranks.h"
#include "run/stage_executor.h"

namespace pipeline {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Whether a signal ended it; in an inner run SIGTERM has its own status already.
bool is_interruption(ExitStatus status) { return status == ExitStatus::interrupted || status == static_cast<ExitStatus>(128 + SIGTERM); }

/// The same error with the stage named before each message.
Error in_stage(const StagePlan& stage, const Error& error, int signal) {
  std::vector<std::string> messages;
  for (const std::string& message : error.messages()) messages.push_back("stage \"" + stage.name + "\": " + message);
  const bool terminated = error.status() == ExitStatus::interrupted && signal == SIGTERM;
  return {terminated ? static_cast<ExitStatus>(128 + SIGTERM) : error.status(), std::move(messages)};
}

/// Where to go on in the list of stages: at the first one whose files are damaged. Error (usage) if it is not among the selected ones.
std::size_t first_damaged(const Workflow& workflow, const std::set<std::string>& selected,
                          const std::map<std::string, std::string>& damaged) {
  for (const auto& [name, reason] : damaged) {
    if (has_interrupted_run(workflow, name))
      throw usage_error(reason + ": a later run of that stage was interrupted; go on with --stage " + name + " --resume");
    if (!selected.contains(name)) throw usage_error(reason + ": run that stage again with --stage " + name + " --force");
  }
  const auto first = std::ranges::find_if(workflow.stages, [&](const StagePlan& stage) { return damaged.contains(stage.name); });
  return static_cast<std::size_t>(first - workflow.stages.begin());
}

/// Error (usage) if other processes have left a stage between these places, which rank 0 would enter again without them.
void require_alone(const Workflow& workflow, const Registry& registry, const Collective* ranks, std::size_t first, std::size_t last) {
  for (std::size_t at = first; ranks && at < last; ++at) {
    if (registry.find("stage", workflow.stages[at].type)->on_every_rank)
      throw usage_error("files of stage \"" + workflow.stages[first].name + "\" are damaged: run it again in one process, with --stage " +
                        workflow.stages[first].name + " --force");
  }
}

/// A stage that runs twice, because its files were damaged, is told once.
void keep_result(std::vector<StageResult>& results, StageResult result) {
  const auto before = std::ranges::find(results, result.stage, &StageResult::stage);
  if (before == results.end()) {
    results.push_back(std::move(result));
  } else if (result.ran) {
    *before = std::move(result);
  }
}

Value history_record(const Workflow& workflow, const Registry& registry, const RunOutcome& outcome, const std::string& status) {
  const std::filesystem::path folder = run_folder_of(workflow);
  const Value options = given_options(workflow, registry);
  Value changed{Value::Map{}};
  const std::vector<Value> past = read_history(folder);
  if (!past.empty()) {
    const Value& before = past.back().at("options");
    for (const auto& [name, value] : options.as_map()) {
      const Value* old = before.find(name);
      if (!old || *old != value) changed[name] = value;
    }
    for (const auto& [name, value] : before.as_map()) {
      if (!options.find(name)) changed[name] = "default";
    }
  }
  Value stages{Value::Map{}};
  for (const StageResult& stage : outcome.stages) {
    stages[stage.stage] = Value::Map{{"ran", stage.ran}, {"seconds", stage.seconds}, {"summary", stage.summary}};
  }
  return Value::Map{{"when", utc_now()},
                    {"status", status},
                    {"seconds", outcome.seconds},
                    {"command_line", workflow.settings.command_line},
                    {"options", options},
                    {"changed", changed},
                    {"stages", stages}};
}

void warn_of_changes_not_asked_for(const Workflow& workflow, const Registry& registry, const std::set<std::string>& selected, Log& log) {
  const std::vector<std::string> changes = changes_not_asked_for(selected, workflow, registry);
  if (changes.empty()) return;
  log.warning(
      "these results are of a workflow with other options, and this run takes them, since their stages are not among those asked for: " +
      join(changes, ", ") + ". Leave out --stage or --from to make them anew");
}

}  // namespace

RunOutcome execute(const Workflow& workflow, const Registry& registry, const Selection& selection, const RunServices& services) {
  const auto start = Clock::now();
  const std::set<std::string> selected = selected_stages(workflow, selection);
  const bool first = !services.launch || services.launch->rank == 0;
  const Component<Collective> ranks = join_ranks(workflow, selected, registry, services);
  RunOutcome outcome;
  if (!first && !ranks) return outcome;
  StageExecutor executor(workflow, registry, services, ranks.get());
  const auto record = [&](const std::string& status) {
    if (!first) return;
    outcome.seconds = seconds_since(start);
    append_history(run_folder_of(workflow), history_record(workflow, registry, outcome, status));
  };
  const auto record_failure = [&](const std::string& status) {
    try {
      record(status);
    } catch (const Error& error) {  // the error that ended the run matters more
      services.log.warning(error.what());
    }
  };
  if (first) warn_of_changes_not_asked_for(workflow, registry, selected, services.log);
  for (std::size_t at = 0; at < workflow.stages.size();) {
    const StagePlan& stage = workflow.stages[at++];
    if (!selected.contains(stage.name)) continue;
    try {
      if (services.cancel.load() != 0) throw Error(ExitStatus::interrupted, "interrupted before it started; run the same command to go on");
      if (!first) {
        executor.follow(stage, selection);
      } else if (std::optional<StageResult> result = executor.run(stage, selection)) {
        keep_result(outcome.stages, std::move(*result));
      } else {
        const std::size_t back = first_damaged(workflow, selected, executor.damaged());
        require_alone(workflow, registry, ranks.get(), back, at - 1);
        at = back;
      }
    } catch (const Error& error) {
      const bool interrupted = is_interruption(error.status());
      if (error.status() != ExitStatus::locked) record_failure(interrupted ? "interrupted" : "failed");
      throw in_stage(stage, error, services.cancel.load());
    } catch (...) {
      record_failure("failed");
      throw in_stage(stage, {ExitStatus::unexpected, words_of_exception()}, 0);
    }
  }
  record("done");
  if (ranks) ranks->barrier();  // rank 0 may serve the store that the others still read
  return outcome;
}

void execute_inner(const Workflow& inner, const InnerRun& run, const Registry& registry, const RunServices& outer, Log& log) {
  RunServices services{.log = log, .cancel = outer.cancel};
  if (outer.start_inner_worker) {
    services.start_worker = [&](const std::string& stage, const Value& task, int threads) {
      return outer.start_inner_worker(run, stage, task, threads);
    };
  }
  make_folder(run_folder_of(inner));
  Selection all;
  all.resume = run.resume;
  static_cast<void>(execute(inner, registry, all, services));
}

void execute_worker(const Workflow& workflow, const Registry& registry, const std::string& stage, const Value& task,
                    const RunServices& services) {
  StageExecutor(workflow, registry, services).work(stage_named(workflow, stage), task);
}

}  // namespace pipeline
