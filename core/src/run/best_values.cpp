#include "run/best_values.h"

#include <algorithm>

#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/search/search_space.h"
#include "pipeline/search/study_file.h"

namespace pipeline {

namespace {

/// The stage whose study's best this one asks for.
const Source* study_of(const StagePlan& stage, const ComponentInfo& info) {
  const auto port = std::ranges::find_if(info.inputs, [](const Port& p) { return p.kind == "study" && !p.many; });
  if (port == info.inputs.end()) return nullptr;
  const auto source = std::ranges::find(stage.sources, port->kind, &Source::kind);
  return source == stage.sources.end() ? nullptr : &*source;
}

/// Whether --set says how the windows of a stage are sliced.
bool is_slicing_set(const StagePlan& stage, const Workflow& workflow, const std::string& option) {
  const auto windows = std::ranges::find(stage.sources, "windows", &Source::kind);
  if (windows == stage.sources.end()) return false;
  const auto slicer = std::ranges::find(workflow.stages, windows->stage, &StagePlan::name);
  if (slicer == workflow.stages.end()) return false;
  const auto origin = slicer->origins.find(option);
  return origin != slicer->origins.end() && origin->second.starts_with("--set");
}

/// --set and the stage's own tables go before what a search found.
bool is_given(const StagePlan& stage, const Workflow& workflow, const std::string& path) {
  constexpr std::string_view slicing = "slice_windows.";
  if (path.starts_with(slicing)) return is_slicing_set(stage, workflow, path.substr(slicing.size()));
  const auto origin = stage.origins.find(path);
  return origin != stage.origins.end() && (origin->second.starts_with("--set") ||
                                           (origin->second.starts_with("stages.") && origin->second.find(" at ") != std::string::npos));
}

/// Whether the option belongs to the type that the table has in the end.
bool is_option(const TrainingTables& tables, const Registry& registry, const std::string& path) {
  const std::string table = path.substr(0, path.find('.'));
  const ComponentSpec* spec = tables.component(table);
  const ComponentInfo* info = spec ? registry.find(table, spec->type) : nullptr;
  return !spec || (info && info->schema.find(path.substr(path.find('.') + 1)));
}

std::string listed(const Value::Map& values) {
  return join(values, [](const auto& entry) { return entry.first + " = " + to_toml(entry.second); });
}

}  // namespace

ResolvedStage with_best_values(const StagePlan& stage, const Workflow& workflow, const Registry& registry) {
  ResolvedStage resolved{stage, {}, {}, {}, {}};
  const Source* source = study_of(stage, *registry.find("stage", stage.type));
  if (!source) return resolved;
  const std::filesystem::path folder = workflow.settings.run_dir / workflow.name / source->stage;
  const std::string cure =
      "run it first with --until " + source->stage + ", or train without it: --set stages." + stage.name + ".best=false";
  if (!std::filesystem::exists(folder / study_file_name))
    throw usage_error("stage \"" + stage.name + "\" takes the best of stage \"" + source->stage + "\", which has not run: " + cure);
  const std::optional<BestTrial> best = read_best_trial(folder);
  if (!best) throw usage_error("the study of stage \"" + source->stage + "\" has no complete trial: " + cure);

  Value::Map taken, kept;
  for (const auto& [path, value] : best->values) (is_given(stage, workflow, path) ? kept : taken)[path] = value;
  Value::Map types;
  std::ranges::copy_if(taken, std::inserter(types, types.end()), [](const auto& entry) { return entry.first.ends_with(".type"); });
  const TrainingTables typed = with_values(stage.tables, types, registry);
  std::erase_if(taken, [&](const auto& entry) { return !entry.first.ends_with(".type") && !is_option(typed, registry, entry.first); });

  const std::string origin = source->stage + ", trial " + std::to_string(best->number);
  resolved.plan.tables = with_values(stage.tables, taken, registry);
  for (const auto& [path, value] : taken) resolved.plan.origins[path] = origin;
  resolved.best_from = source->stage;
  resolved.sentence = "trial " + std::to_string(best->number) + " of " + source->stage + ": " + listed(taken);
  if (!kept.empty()) resolved.sentence += "; given, so not taken: " + listed(kept);
  resolved.slicing = values_below(taken, "slice_windows");
  if (!resolved.slicing.empty()) resolved.windows = folder / best_windows_folder;
  return resolved;
}

}  // namespace pipeline
