#include "run/executor.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <optional>
#include <ranges>
#include <set>

#include "base/now_running.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/new_file.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "run/anew.h"
#include "run/history.h"
#include "run/inner_workflow.h"
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

  /// nullopt: an earlier stage's file is not what that stage wrote. damaged() names the stage, which has to run first.
  std::optional<StageResult> run(const StagePlan& stage, const Selection& selection) {
    const bool shared = is_shared(stage);
    const StageLock lock(run_folder_, stage.name, shared ? StageLock::Mode::shared : StageLock::Mode::exclusive);
    if (!shared) restore_stage_folder(run_folder_, stage.name);
    for (const std::filesystem::path& folder : {run_folder_ / stage.name, lasting_folder(workflow_, stage.name)}) remove_unfinished(folder);
    const std::set<std::string> sources = all_sources(stage);
    const std::vector<StageLock> inputs = lock_inputs(sources);
    Examined now = examine_stage(stage, workflow_, registry_, selection);
    if (const auto damage = damaged_.find(stage.name); damage != damaged_.end()) now.reasons.push_back(damage->second);
    if (now.reasons.empty()) {
      if (is_together(stage)) static_cast<void>(ranks_->share(Value::Map{{"runs", false}}));
      log_.info("[" + stage.name + "] up to date");
      if (!shared) keep_file_records(now);
      return StageResult{stage.name, stage.type, false, 0, now.last->summary()};
    }
    if (!are_sound(sources)) return std::nullopt;
    log_.info("[" + stage.name + "] " + join(now.reasons, "; "));
    if (!now.resolved.sentence.empty()) log_.info("[" + stage.name + "] " + now.resolved.sentence);
    StageResult result = shared ? run_in_place(now, selection.resume) : run_and_swap(now, selection.resume);
    damaged_.erase(stage.name);
    sound_.insert(stage.name);
    return result;
  }

  /// The stages that have to run again, each with the reason.
  [[nodiscard]] const std::map<std::string, std::string>& damaged() const { return damaged_; }

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
    std::optional<StageLock> lock;  // of a folder that processes do not share, the process that started this one holds the lock
    if (is_shared(stage)) lock.emplace(run_folder_, stage.name, StageLock::Mode::shared);
    const std::vector<StageLock> inputs = lock_inputs(all_sources(stage));
    const Examined now = examine_stage(stage, workflow_, registry_, {});
    // A sentence about a crash does not name the stage: the process that started the worker adds it.
    StageContext context = make_context(now, run_folder_ / stage.name, false);
    context.send = services_.send;
    call(make_stage(stage), "work", &Stage::work, context, task);
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

  /// All stages whose files this stage may read: its sources and their sources (windows refer to the series that they slice).
  [[nodiscard]] std::set<std::string> all_sources(const StagePlan& stage) const {
    std::set<std::string> names;
    const auto add_sources = [&](const StagePlan& of) {
      for (const Source& source : of.sources) names.insert(source.stage);
    };
    add_sources(stage);
    for (const StagePlan& before : workflow_.stages | std::views::reverse) {  // in execution order: sources come before their consumers
      if (names.contains(before.name)) add_sources(before);
    }
    return names;
  }

  [[nodiscard]] std::vector<StageLock> lock_inputs(const std::set<std::string>& sources) const {
    std::vector<StageLock> locks;
    locks.reserve(sources.size());
    for (const std::string& name : sources) locks.emplace_back(run_folder_, name, StageLock::Mode::shared);
    return locks;
  }

  /// A data file that was read again and found unchanged, since it had changed just before it was first read, need not be read a third
  /// time.
  void keep_file_records(const Examined& now) const {
    if (now.last->content().at("files") == now.key.files) return;
    Value content = now.last->content();
    content["files"] = now.key.files;
    write_json(run_folder_ / now.resolved.plan.name / "manifest.json", content);
  }

  /// Whether the files of these stages are what the stages wrote, by their hashes; compared once in a run. If not, damaged() has grown.
  bool are_sound(const std::set<std::string>& stages) {
    for (const std::string& name : stages) {
      if (sound_.contains(name) || is_shared(stage_named(workflow_, name))) continue;  // other processes go on writing its files
      const std::filesystem::path folder = run_folder_ / name;
      const std::optional<Manifest> made = Manifest::read(folder);
      std::string wrong = made ? made->wrong_size(folder) : "";
      if (made && wrong.empty()) wrong = made->wrong_content(folder);
      wrong.empty() ? void(sound_.insert(name)) : void(damaged_[name] = wrong);
    }
    return std::ranges::none_of(stages, [&](const std::string& name) { return damaged_.contains(name); });
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

  [[nodiscard]] Component<Stage> make_stage(const StagePlan& stage) const {
    Component<Stage> made = registry_.make<Stage>(stage.type, stage.options);
    if (auto* within = dynamic_cast<RunsWithin*>(&*made)) within->take([this](const InnerRun& run, Log& log) { run_within(run, log); });
    return made;
  }

  /// An InnerRunner.
  void run_within(const InnerRun& run, Log& log) const {
    const Workflow inner = inner_workflow(workflow_, registry_, run);
    RunServices services{.log = log, .cancel = services_.cancel, .launch = {}};
    if (services_.start_inner_worker) {
      services.start_worker = [&](const std::string& stage, const Value& task, int threads) {
        return services_.start_inner_worker(run, stage, task, threads);
      };
    }
    make_folder(run_folder_of(inner));
    Selection all;
    all.resume = run.resume;
    static_cast<void>(execute(inner, registry_, all, services));
  }

  /// Gives a stage what it asks for by its class. `now` outlives the stage's run.
  void give_services(Stage& stage, const Examined& now, bool resume) const {
    if (auto* const runs = dynamic_cast<RunsAnew*>(&stage)) {
      runs->take([this, &now, resume](const AnewRequest& request) {
        const Anew by{.stage = now.resolved.plan.name, .key = now.key.fields, .resume = resume};
        return run_anew(request, by, {.workflow = workflow_, .registry = registry_, .log = log_, .cancel = services_.cancel});
      });
    }
    if (auto* const shows = dynamic_cast<ShowsNext*>(&stage); shows && services_.forecast_next) shows->take(services_.forecast_next);
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

  /// For a stage whose folder other processes use at the same time.
  StageResult run_in_place(const Examined& now, bool resume) {
    const std::filesystem::path folder = run_folder_ / now.resolved.plan.name;
    make_folder(folder);
    return run_in(folder, now, resume, [&] { sync_tree(folder); });
  }

  StageResult run_and_swap(const Examined& now, bool resume) {
    const StagePlan& stage = now.resolved.plan;
    StagedFolder staged(run_folder_, stage.name);
    if (is_together(stage)) call_ranks(now, staged.path());
    StageResult result = run_in(staged.path(), now, resume, [] {});
    staged.commit();
    return result;
  }

  /// `before_manifest`: makes the result last before the manifest says that it is complete.
  StageResult run_in(const std::filesystem::path& folder, const Examined& now, bool resume, const std::function<void()>& before_manifest) {
    const auto start = Clock::now();
    const StagePlan& stage = now.resolved.plan;
    const RunningStage running(stage.name.c_str());
    StageContext context = make_context(now, folder, resume);
    if (services_.start_worker) {
      context.start_worker = [&](const Value& task, int threads) { return services_.start_worker(stage.name, task, threads); };
    }
    const Component<Stage> made_stage = make_stage(stage);
    give_services(*made_stage, now, resume);
    call(made_stage, "run", &Stage::run, context);
    const double seconds = seconds_since(start);
    before_manifest();
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
  std::map<std::string, std::string> damaged_;  ///< stage -> what is wrong with its files
  std::set<std::string> sound_;                 ///< stages whose files have been compared, or written by this run
};

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

}  // namespace

namespace {

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
