#include "run/anew.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pipeline/data/files.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "run/inner_workflow.h"
#include "run/plan.h"
#include "run/stage_executor.h"

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

void require_unchanged(const std::string& stage, const std::string& by, const AnewServices& program) {
  const std::vector<std::string> changes = changes_since(stage, program.workflow, program.registry);
  if (changes.empty()) return;
  throw usage_error("the workflow or its results have changed since stage \"" + stage + "\" ran: " + join(changes, ", ") +
                    ". Leave out --stage " + by + " to run what has changed first");
}

/// Takes the stage out of the workflow, which is left with those before it.
StagePlan take_stage(Workflow& workflow, const std::string& name) {
  const auto stage = std::ranges::find(workflow.stages, name, &StagePlan::name);
  StagePlan taken = std::move(*stage);
  workflow.stages.erase(stage);
  return taken;
}

}  // namespace

AnewResult run_anew(const AnewRequest& request, const Anew& by, const AnewServices& program) {
  static_cast<void>(stage_named(program.workflow, request.stage));  // Error if there is none
  require_unchanged(request.stage, by.stage, program);
  const InnerRun run{.folder = request.folder, .stages = {request.stage}, .split = request.split};
  Workflow inner = inner_workflow(program.workflow, program.registry, run, request.stage);
  StagePlan last = take_stage(inner, request.stage);
  KnownMessages known(program.services.log, by.stage + ", ");
  execute_inner(inner, run, program.registry, program.services, known);

  if (request.change) request.change(last.tables);
  RunSettings settings = program.workflow.settings;
  settings.split = request.split;
  const std::filesystem::path folder = request.folder / last.name;
  make_folder(folder);
  StageContext context{.stage = by.stage,
                       .folder = folder,
                       .lasting = lasting_folder(program.workflow, by.stage),
                       .resume = by.resume,
                       .key = by.key,
                       .settings = settings,
                       .tables = last.tables,
                       .registry = program.registry,
                       .log = program.services.log,
                       .cancel = program.services.cancel};
  for (const Source& source : last.sources) context.inputs.push_back({source.kind, source.stage, request.folder / source.stage});
  call(program.registry.make<Stage>(last.type, last.options), "run", &Stage::run, context);
  return {.folder = folder, .summary = std::move(context.summary), .kept_elsewhere = std::move(context.kept_elsewhere)};
}

}  // namespace pipeline
