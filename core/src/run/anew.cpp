#include "run/anew.h"

#include <algorithm>
#include <ranges>
#include <set>

#include "pipeline/data/files.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/search/search_space.h"
#include "run/best_values.h"
#include "run/plan.h"

namespace pipeline {

namespace {

/// The messages of stages that have said the same when they ran for themselves.
class KnownMessages final : public Log {
 public:
  KnownMessages(Log& log, std::string prefix) : log_(log), prefix_(std::move(prefix)) {}
  void debug(std::string_view message) override { log_.debug(prefix_ + std::string(message)); }
  void info(std::string_view message) override { debug(message); }
  void warning(std::string_view message) override { debug(message); }
  [[nodiscard]] bool is_terminal() const override { return false; }
  [[nodiscard]] int terminal_width() const override { return log_.terminal_width(); }
  void status_line(std::string_view) override {}

 private:
  Log& log_;
  std::string prefix_;
};

/// The stage and all that it depends on, but not the search whose best values it takes.
std::set<std::string> chain_of(const ResolvedStage& last, const Workflow& workflow) {
  std::set<std::string> names{last.plan.name};
  for (const StagePlan& stage : workflow.stages | std::views::reverse) {  // in execution order: sources come before their consumers
    if (!names.contains(stage.name)) continue;
    for (const Source& source : stage.sources) {
      if (source.stage != last.best_from) names.insert(source.stage);
    }
  }
  return names;
}

void require_unchanged(const std::string& stage, const std::string& by, const AnewServices& services) {
  const std::vector<std::string> changes = changes_since(stage, services.workflow, services.registry);
  if (changes.empty()) return;
  throw usage_error("the workflow or its results have changed since stage \"" + stage + "\" ran: " + join(changes, ", ") +
                    ". Leave out --stage " + by + " to run what has changed first");
}

/// Runs the stages of a chain, one after the other.
class Chain {
 public:
  Chain(const AnewRequest& request, const Anew& by, const AnewServices& services, ResolvedStage last)
      : request_(request), by_(by), services_(services), last_(std::move(last)), settings_(services.workflow.settings) {
    settings_.split = request.split;
  }

  AnewResult run() {
    const std::set<std::string> names = chain_of(last_, services_.workflow);
    for (const StagePlan& stage : services_.workflow.stages) {
      if (names.contains(stage.name) && stage.name != request_.stage) run_source(stage);
    }
    return run_last();
  }

 private:
  [[nodiscard]] std::vector<Artifact> inputs_of(const StagePlan& stage) const {
    std::vector<Artifact> inputs;
    for (const Source& source : stage.sources) {
      const bool is_new = made_.contains(source.stage);
      inputs.push_back({source.kind, source.stage, (is_new ? request_.folder : run_folder_of(services_.workflow)) / source.stage});
    }
    return inputs;
  }

  [[nodiscard]] Value options_of(const StagePlan& stage) const {
    return services_.registry.find("stage", stage.type)->schema.without_outputs(stage.options);
  }

  void run_source(const StagePlan& stage) {
    KnownMessages log(services_.log, by_.stage + ", " + stage.name + ": ");
    Value options = options_of(stage);
    for (const auto& [option, value] : values_of_stage(last_.slicing, stage.name)) options[option] = value;
    const std::filesystem::path folder = request_.folder / stage.name, lasting = folder.string() + ".lasting";
    make_folder(folder);
    StageContext context{.stage = stage.name,
                         .folder = folder,
                         .lasting = lasting,
                         .settings = settings_,
                         .tables = stage.tables,
                         .registry = services_.registry,
                         .log = log,
                         .cancel = services_.cancel,
                         .inputs = inputs_of(stage)};
    call_stage(stage, options, context);
    std::filesystem::remove_all(lasting);
    made_.insert(stage.name);
  }

  AnewResult run_last() {
    const StagePlan& stage = last_.plan;
    TrainingTables tables = stage.tables;
    if (request_.change) request_.change(tables);
    const std::filesystem::path folder = request_.folder / stage.name;
    make_folder(folder);
    StageContext context{.stage = by_.stage,
                         .folder = folder,
                         .lasting = lasting_folder(services_.workflow, by_.stage),
                         .resume = by_.resume,
                         .key = by_.key,
                         .settings = settings_,
                         .tables = tables,
                         .registry = services_.registry,
                         .log = services_.log,
                         .cancel = services_.cancel,
                         .inputs = inputs_of(stage)};
    call_stage(stage, options_of(stage), context);
    return {.folder = folder, .summary = std::move(context.summary), .kept_elsewhere = std::move(context.kept_elsewhere)};
  }

  void call_stage(const StagePlan& stage, const Value& options, StageContext& context) const {
    call(services_.registry.make<Stage>(stage.type, options), "run", &Stage::run, context);
  }

  const AnewRequest& request_;
  const Anew& by_;
  const AnewServices& services_;
  ResolvedStage last_;
  RunSettings settings_;
  std::set<std::string> made_;  ///< the stages that have run
};

}  // namespace

AnewResult run_anew(const AnewRequest& request, const Anew& by, const AnewServices& services) {
  const auto stage = std::ranges::find(services.workflow.stages, request.stage, &StagePlan::name);
  if (stage == services.workflow.stages.end()) throw usage_error("the workflow has no stage \"" + request.stage + "\"");
  require_unchanged(request.stage, by.stage, services);
  return Chain(request, by, services, with_best_values(*stage, services.workflow, services.registry)).run();
}

}  // namespace pipeline
