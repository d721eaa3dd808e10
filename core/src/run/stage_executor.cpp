#include "run/stage_executor.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <ranges>

#include "base/now_running.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/new_file.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "run/anew.h"
#include "run/inner_workflow.h"
#include "run/ranks.h"

namespace pipeline {

namespace {

using Clock = std::chrono::steady_clock;

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

/// All stages whose files this stage may read: its sources and their sources (windows refer to the series that they slice).
std::set<std::string> all_sources(const StagePlan& stage, const Workflow& workflow) {
  std::set<std::string> names;
  const auto add_sources = [&](const StagePlan& of) {
    for (const Source& source : of.sources) names.insert(source.stage);
  };
  add_sources(stage);
  for (const StagePlan& before : workflow.stages | std::views::reverse) {  // in execution order: sources come before their consumers
    if (names.contains(before.name)) add_sources(before);
  }
  return names;
}

}  // namespace

const StagePlan& stage_named(const Workflow& workflow, const std::string& name) {
  const auto stage = std::ranges::find(workflow.stages, name, &StagePlan::name);
  if (stage == workflow.stages.end()) throw usage_error("the workflow has no stage \"" + name + "\"");
  return *stage;
}

StageExecutor::StageExecutor(const Workflow& workflow, const Registry& registry, const RunServices& services, Collective* ranks)
    : workflow_(workflow),
      registry_(registry),
      services_(services),
      log_(services.log),
      ranks_(ranks),
      run_folder_(run_folder_of(workflow)) {}

std::optional<StageResult> StageExecutor::run(const StagePlan& stage, const Selection& selection) {
  const bool shared = is_shared(stage);
  const StageLock lock(run_folder_, stage.name, shared ? StageLock::Mode::shared : StageLock::Mode::exclusive);
  if (!shared) restore_stage_folder(run_folder_, stage.name);
  for (const std::filesystem::path& folder : {run_folder_ / stage.name, lasting_folder(workflow_, stage.name)}) remove_unfinished(folder);
  const std::set<std::string> sources = all_sources(stage, workflow_);
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

void StageExecutor::follow(const StagePlan& stage, const Selection& selection) {
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

void StageExecutor::work(const StagePlan& stage, const Value& task) {
  std::optional<StageLock> lock;  // of a folder that processes do not share, the process that started this one holds the lock
  if (is_shared(stage)) lock.emplace(run_folder_, stage.name, StageLock::Mode::shared);
  const std::vector<StageLock> inputs = lock_inputs(all_sources(stage, workflow_));
  const Examined now = examine_stage(stage, workflow_, registry_, {});
  // A sentence about a crash does not name the stage: the process that started the worker adds it.
  StageContext context = make_context(now, run_folder_ / stage.name, false);
  context.send = services_.send;
  call(make_stage(now, false), "work", &Stage::work, context, task);
}

bool StageExecutor::is_together(const StagePlan& stage) const { return ranks_ && registry_.find("stage", stage.type)->on_every_rank; }

bool StageExecutor::is_shared(const StagePlan& stage) const { return registry_.find("stage", stage.type)->shared_folder; }

void StageExecutor::call_ranks(const Examined& now, const std::filesystem::path& folder) const {
  const std::map<std::string, std::string>& fields = now.key.fields;
  static_cast<void>(
      ranks_->share(Value::Map{{"runs", true}, {"folder", folder.string()}, {"key", Value::Map(fields.begin(), fields.end())}}));
  require_same_key(*ranks_, fields, fields);
}

std::vector<StageLock> StageExecutor::lock_inputs(const std::set<std::string>& sources) const {
  std::vector<StageLock> locks;
  locks.reserve(sources.size());
  for (const std::string& name : sources) locks.emplace_back(run_folder_, name, StageLock::Mode::shared);
  return locks;
}

void StageExecutor::keep_file_records(const Examined& now) const {
  if (now.last->content().at("files") == now.key.files) return;
  Value content = now.last->content();
  content["files"] = now.key.files;
  write_json(run_folder_ / now.resolved.plan.name / "manifest.json", content);
}

bool StageExecutor::are_sound(const std::set<std::string>& stages) {
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

StageContext StageExecutor::make_context(const Examined& now, const std::filesystem::path& folder, bool resume) const {
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

Component<Stage> StageExecutor::make_stage(const Examined& now, bool resume) const {
  Component<Stage> made = registry_.make<Stage>(now.resolved.plan.type, now.resolved.plan.options);
  if (auto* const within = dynamic_cast<RunsWithin*>(&*made)) {
    within->take([this](const InnerRun& run, Log& log) {
      execute_inner(inner_workflow(workflow_, registry_, run), run, registry_, services_, log);
    });
  }
  if (auto* const runs = dynamic_cast<RunsAnew*>(&*made)) {
    runs->take([this, &now, resume](const AnewRequest& request) {
      return run_anew(request, {.stage = now.resolved.plan.name, .key = now.key.fields, .resume = resume},
                      {.workflow = workflow_, .registry = registry_, .services = services_});
    });
  }
  auto* const shows = dynamic_cast<ShowsNext*>(&*made);
  if (shows && services_.forecast_next) shows->take(services_.forecast_next);
  return made;
}

void StageExecutor::run_again(const std::string& name, const Value::Map& changed, const std::filesystem::path& folder, Log& log) const {
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

StageResult StageExecutor::run_in_place(const Examined& now, bool resume) {
  const std::filesystem::path folder = run_folder_ / now.resolved.plan.name;
  make_folder(folder);
  return run_in(folder, now, resume, [&] { sync_tree(folder); });
}

StageResult StageExecutor::run_and_swap(const Examined& now, bool resume) {
  const StagePlan& stage = now.resolved.plan;
  StagedFolder staged(run_folder_, stage.name);
  if (is_together(stage)) call_ranks(now, staged.path());
  StageResult result = run_in(staged.path(), now, resume, [] {});
  staged.commit();
  return result;
}

StageResult StageExecutor::run_in(const std::filesystem::path& folder, const Examined& now, bool resume,
                                  const std::function<void()>& before_manifest) {
  const auto start = Clock::now();
  const StagePlan& stage = now.resolved.plan;
  const RunningStage running(stage.name.c_str());
  StageContext context = make_context(now, folder, resume);
  if (services_.start_worker) {
    context.start_worker = [&](const Value& task, int threads) { return services_.start_worker(stage.name, task, threads); };
  }
  call(make_stage(now, resume), "run", &Stage::run, context);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  before_manifest();
  const ManifestInput made{stage, workflow_.settings, registry_, now.key, context, seconds};
  write_json(folder / "manifest.json", describe_run(made, folder));
  log_.info("[" + stage.name + "] done in " + format_short(seconds) + " s");
  return {stage.name, stage.type, true, seconds, context.summary};
}

}  // namespace pipeline
