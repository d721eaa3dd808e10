#include "run/inner_workflow.h"

#include <algorithm>
#include <ranges>
#include <set>
#include <utility>

#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "run/best_values.h"

namespace pipeline {

namespace {

const StagePlan& stage_of(const Workflow& workflow, const std::string& name) {
  const auto found = std::ranges::find(workflow.stages, name, &StagePlan::name);
  if (found == workflow.stages.end()) throw usage_error("the workflow has no stage \"" + name + "\"");
  return *found;
}

/// A stage of the inner run, and the stage that slices its windows where a search found another slicing.
struct InnerStage {
  StagePlan plan;
  std::vector<StagePlan> slicing{};
  std::string slicer{};  ///< the name that it has in the workflow
};

/// Its values are named "slice_windows.window".
std::string name_of_slicer(const ResolvedStage& resolved) {
  const std::string& path = resolved.slicing.begin()->first;
  return path.substr(0, path.find('.'));
}

/// The stage that slices with the best values of a search.
StagePlan slicer_of(const Workflow& workflow, const ResolvedStage& resolved) {
  StagePlan slicer = stage_of(workflow, name_of_slicer(resolved));
  for (const auto& [name, value] : resolved.slicing) slicer.options[name.substr(name.find('.') + 1)] = value;
  slicer.name = resolved.plan.name + "_windows";
  while (std::ranges::find(workflow.stages, slicer.name, &StagePlan::name) != workflow.stages.end()) slicer.name += '_';
  return slicer;
}

/// The stage with the best values that it takes written into it, and without the search that found them.
InnerStage with_values_found(const StagePlan& stage, const Workflow& workflow, const Registry& registry) {
  ResolvedStage resolved = with_best_values(stage, workflow, registry);
  InnerStage out{.plan = resolved.plan};
  if (!resolved.best_from.empty())
    std::erase_if(out.plan.sources, [&](const Source& source) { return source.stage == resolved.best_from; });
  if (resolved.slicing.empty()) return out;
  out.slicer = name_of_slicer(resolved);
  out.slicing.push_back(slicer_of(workflow, resolved));
  for (Source& source : out.plan.sources) {
    if (source.kind == windows_kind) source.stage = out.slicing.front().name;
  }
  return out;
}

void change_options(StagePlan& stage, const InnerRun& run, const Registry& registry, const std::string& name) {
  const Schema& schema = registry.find("stage", stage.type)->schema;
  stage.options = schema.without_outputs(stage.options);
  const auto changed = run.options.find(name);
  if (changed == run.options.end()) return;
  for (const auto& [option, value] : changed->second) {
    if (!schema.find(option))
      throw usage_error("stage \"" + name + "\" is of type " + stage.type + ", which has no option " + option +
                        ": it cannot be run on other rows");
    stage.options[option] = value;
  }
}

/// Nothing is written outside the folder of the run.
void leave_out_outputs(StagePlan& stage, const Registry& registry) {
  for (const TableRule& rule : training_table_rules()) {
    for (ComponentSpec& spec : stage.tables.many(rule.name)) {
      const ComponentInfo* info = registry.find(rule.kind, spec.type);
      if (info) spec.options = info->schema.without_outputs(spec.options);
    }
  }
  stage.tables.many("loggers").clear();
}

void choose_sources(StagePlan& stage, const InnerRun& run) {
  const auto chosen = run.sources.find(stage.name);
  if (chosen == run.sources.end()) return;
  std::erase_if(stage.sources,
                [&](const Source& source) { return std::ranges::find(chosen->second, source.stage) == chosen->second.end(); });
}

}  // namespace

Workflow inner_workflow(const Workflow& workflow, const Registry& registry, const InnerRun& run, const std::string& with_outputs) {
  Workflow out = workflow;
  out.stages.clear();
  out.name = out.settings.name = run.folder.filename().string();
  out.settings.run_dir = run.folder.parent_path();
  out.settings.log_dir = run.folder / ".logs";
  out.settings.split = run.split;
  std::set<std::string> wanted;
  for (const std::string& name : run.stages) wanted.insert(stage_of(workflow, name).name);
  for (const StagePlan& stage : workflow.stages | std::views::reverse) {  // in execution order: sources come before their consumers
    if (!wanted.contains(stage.name)) continue;
    InnerStage inner = with_values_found(stage, workflow, registry);
    inner.plan.needs.clear();
    choose_sources(inner.plan, run);
    change_options(inner.plan, run, registry, stage.name);
    if (stage.name != with_outputs) leave_out_outputs(inner.plan, registry);
    for (StagePlan& slicer : inner.slicing) {
      slicer.needs.clear();
      change_options(slicer, run, registry, inner.slicer);
      for (const Source& source : slicer.sources) wanted.insert(source.stage);
    }
    for (const Source& source : inner.plan.sources) wanted.insert(source.stage);
    out.stages.push_back(std::move(inner.plan));
    std::ranges::move(inner.slicing, std::back_inserter(out.stages));
  }
  std::ranges::reverse(out.stages);
  return out;
}

}  // namespace pipeline
