#include "run/executor.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ranges>
#include <set>

#include "base/now_running.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "run/history.h"
#include "run/machine.h"
#include "run/ranks.h"
#include "run/stage_folder.h"

namespace pipeline {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::vector<Artifact> artifacts_for(const ResolvedStage& stage, const std::filesystem::path& run_folder) {
  std::vector<Artifact> artifacts;
  for (const Source& source : stage.plan.sources) {
    const bool sliced_by_search = source.kind == windows_kind && !stage.windows.empty();
    artifacts.push_back({source.kind, source.stage, sliced_by_search ? stage.windows : run_folder / source.stage});
  }
  return artifacts;
}

/// The options of a stage's last run: its artifacts may be older than the workflow. Secrets are not kept: they come from the workflow.
Value options_of_last_run(const StagePlan& stage, const std::filesystem::path& folder, const Schema& schema) {
  Value options = stage.options;
  const std::optional<Manifest> last = Manifest::read(folder);
  const Value* kept = last ? last->content().find("options") : nullptr;
  for (const OptionInfo& option : schema.options) {
    const Value* value = kept && !option.secret ? kept->find(option.name) : nullptr;
    if (value) options[option.name] = *value;
  }
  return options;
}

const StagePlan& stage_named(const Workflow& workflow, const std::string& name) {
  const auto stage = std::ranges::find(workflow.stages, name, &StagePlan::name);
  if (stage == workflow.stages.end()) throw usage_error("the workflow has no stage \"" + name + "\"");
  return *stage;
}

/// The same error with the stage named before each message.
Error in_stage(const StagePlan& stage, const Error& error, int signal) {
  std::vector<std::string> messages;
  for (const std::string& message : error.messages()) messages.push_back("stage \"" + stage.name + "\": " + message);
  const bool terminated = error.status() == ExitStatus::interrupted && signal == SIGTERM;
  return {terminated ? static_cast<ExitStatus>(128 + SIGTERM) : error.status(), std::move(messages)};
}

class Executor {
 public:
  /// `ranks`: the processes that run this workflow together; nullptr: this one alone.
  Executor(const Workflow& workflow, const Registry& registry, const RunServices& services, Collective* ranks = nullptr)
      : workflow_(workflow),
        registry_(registry),
        services_(services),
        log_(services.log),
        ranks_(ranks),
        run_folder_(run_folder_of(workflow)) {}

  StageResult run(const StagePlan& stage, const Selection& selection) {
    const StageLock lock(run_folder_, stage.name, is_shared(stage) ? StageLock::Mode::shared : StageLock::Mode::exclusive);
    const std::vector<StageLock> inputs = lock_inputs(stage);
    const Examined now = examine_stage(stage, workflow_, registry_, selection);
    if (now.reasons.empty()) {
      if (is_together(stage)) static_cast<void>(ranks_->share(Value::Map{{"runs", false}}));
      log_.info("[" + stage.name + "] up to date");
      return {stage.name, stage.type, false, 0, now.last->summary()};
    }
    log_.info("[" + stage.name + "] " + join(now.reasons, "; "));
    if (!now.resolved.sentence.empty()) log_.info("[" + stage.name + "] " + now.resolved.sentence);
    const std::filesystem::path folder = run_folder_ / stage.name;
    if (is_shared(stage)) {
      make_folder(folder);
      return run_in(folder, now, selection.resume);
    }
    StagedFolder staged(run_folder_, stage.name);
    if (is_together(stage)) call_ranks(now, staged.path());
    StageResult result = run_in(staged.path(), now, selection.resume);
    staged.commit();
    return result;
  }

  /// The part of a rank above 0: it joins a stage that runs on every rank, once rank 0 has locked the stage and found that it must run.
  void follow(const StagePlan& stage, const Selection& selection) {
    if (!is_together(stage)) return;
    const Value word = ranks_->share({});
    if (!word.at("runs").as_bool()) return;
    const Examined now = examine_stage(stage, workflow_, registry_, selection);
    std::map<std::string, std::string> first;
    for (const auto& [field, value] : word.at("key").as_map()) first[field] = value.as_string();
    require_same_key(*ranks_, first, now.key.fields);
    const RunningStage running(stage.name.c_str());
    StageContext context = make_context(now, word.at("folder").as_string(), selection.resume);
    call(registry_.make<Stage>(now.resolved.plan.type, now.resolved.plan.options), "run", &Stage::run, context);
  }

  void work(const StagePlan& stage, const Value& task) {
    const StageLock lock(run_folder_, stage.name, StageLock::Mode::shared);
    const std::vector<StageLock> inputs = lock_inputs(stage);
    const Examined now = examine_stage(stage, workflow_, registry_, {});
    // A sentence about a crash does not name the stage: the process that started the worker adds it.
    StageContext context = make_context(now, run_folder_ / stage.name, false);
    context.send = services_.send;
    call(registry_.make<Stage>(stage.type, stage.options), "work", &Stage::work, context, task);
  }

 private:
  [[nodiscard]] bool is_together(const StagePlan& stage) const { return ranks_ && registry_.find("stage", stage.type)->on_every_rank; }
  /// Rank 0 tells the others that a stage runs, and in which folder.
  void call_ranks(const Examined& now, const std::filesystem::path& folder) const {
    const std::map<std::string, std::string>& fields = now.key.fields;
    static_cast<void>(
        ranks_->share(Value::Map{{"runs", true}, {"folder", folder.string()}, {"key", Value::Map(fields.begin(), fields.end())}}));
    require_same_key(*ranks_, fields, fields);
  }
  [[nodiscard]] bool is_shared(const StagePlan& stage) const { return registry_.find("stage", stage.type)->shared_folder; }

  /// Locks all stages whose files this stage may read: its sources and their sources (windows refer to the series that they slice).
  [[nodiscard]] std::vector<StageLock> lock_inputs(const StagePlan& stage) const {
    std::set<std::string> names;
    const auto add_sources = [&](const StagePlan& of) {
      for (const Source& source : of.sources) names.insert(source.stage);
    };
    add_sources(stage);
    for (const StagePlan& before : workflow_.stages | std::views::reverse) {  // in execution order: sources come before their consumers
      if (names.contains(before.name)) add_sources(before);
    }
    std::vector<StageLock> locks;
    locks.reserve(names.size());
    for (const std::string& name : names) locks.emplace_back(run_folder_, name, StageLock::Mode::shared);
    return locks;
  }

  [[nodiscard]] StageContext make_context(const Examined& now, const std::filesystem::path& folder, bool resume) const {
    const StagePlan& stage = now.resolved.plan;
    return {.stage = stage.name,
            .folder = folder,
            .lasting = lasting_folder(workflow_, stage.name),
            .resume = resume,
            .key = now.key.fields,
            .settings = workflow_.settings,
            .tables = stage.tables,
            .registry = registry_,
            .log = log_,
            .cancel = services_.cancel,
            .collective = is_together(stage) ? ranks_ : nullptr,
            .inputs = artifacts_for(now.resolved, run_folder_),
            .summary = Value(Value::Map{}),
            .kept_elsewhere = {},
            .start_worker = {},
            .send = {},
            .run_again = [this](const std::string& name, const Value::Map& changed, const std::filesystem::path& into, Log& log) {
              run_again(name, changed, into, log);
            }};
  }

  /// StageContext::run_again: only the stage's files in the folder are kept.
  void run_again(const std::string& name, const Value::Map& changed, const std::filesystem::path& folder, Log& log) const {
    const StagePlan& stage = stage_named(workflow_, name);
    const Schema& schema = registry_.find("stage", stage.type)->schema;
    Value options = schema.without_outputs(options_of_last_run(stage, run_folder_ / name, schema));
    for (const auto& [option, value] : changed) options[option] = value;
    const std::filesystem::path lasting = folder.string() + ".lasting";
    std::filesystem::remove_all(folder);
    make_folder(folder);
    StageContext context{.stage = name,
                         .folder = folder,
                         .lasting = lasting,
                         .settings = workflow_.settings,
                         .tables = stage.tables,
                         .registry = registry_,
                         .log = log,
                         .cancel = services_.cancel,
                         .inputs = artifacts_for({.plan = stage}, run_folder_)};
    const RunningStage running(stage.name.c_str());
    call(registry_.make<Stage>(stage.type, options), "run", &Stage::run, context);
    std::filesystem::remove_all(lasting);
  }

  StageResult run_in(const std::filesystem::path& folder, const Examined& now, bool resume) {
    const auto start = Clock::now();
    const StagePlan& stage = now.resolved.plan;
    const RunningStage running(stage.name.c_str());
    StageContext context = make_context(now, folder, resume);
    if (services_.start_worker) {
      context.start_worker = [&](const Value& task, int threads) { return services_.start_worker(stage.name, task, threads); };
    }
    call(registry_.make<Stage>(stage.type, stage.options), "run", &Stage::run, context);
    const double seconds = seconds_since(start);
    const ManifestInput made{stage, workflow_.settings, registry_, now.key, context, seconds};
    write_json(folder / "manifest.json", describe_run(made, folder));
    log_.info("[" + stage.name + "] done in " + format_short(seconds) + " s");
    return {stage.name, stage.type, true, seconds, context.summary};
  }

  const Workflow& workflow_;
  const Registry& registry_;
  const RunServices& services_;
  Log& log_;
  Collective* ranks_;
  std::filesystem::path run_folder_;
};

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

}  // namespace

RunOutcome execute(const Workflow& workflow, const Registry& registry, const Selection& selection, const RunServices& services) {
  const auto start = Clock::now();
  const std::set<std::string> selected = selected_stages(workflow, selection);
  const bool first = !services.launch || services.launch->rank == 0;
  const Component<Collective> ranks = join_ranks(workflow, selected, registry, services);
  RunOutcome outcome;
  if (!first && !ranks) return outcome;
  Executor executor(workflow, registry, services, ranks.get());
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
  for (const StagePlan& stage : workflow.stages) {
    if (!selected.contains(stage.name)) continue;
    try {
      if (services.cancel.load() != 0) throw Error(ExitStatus::interrupted, "interrupted before it started; run the same command to go on");
      if (first) {
        outcome.stages.push_back(executor.run(stage, selection));
      } else {
        executor.follow(stage, selection);
      }
    } catch (const Error& error) {
      const bool interrupted = error.status() == ExitStatus::interrupted;
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

void execute_worker(const Workflow& workflow, const Registry& registry, const std::string& stage, const Value& task,
                    const RunServices& services) {
  Executor(workflow, registry, services).work(stage_named(workflow, stage), task);
}

}  // namespace pipeline
