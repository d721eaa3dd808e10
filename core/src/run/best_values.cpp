#include "run/best_values.h"

#include <algorithm>

#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/search/search_space.h"
#include "pipeline/search/study_file.h"

namespace pipeline {

namespace {

/// The study whose best values the stage takes; nullptr: none.
const Source* study_of(const StagePlan& stage, const ComponentInfo& info) {
  const auto port = std::ranges::find_if(info.inputs, [](const Port& p) { return p.kind == "study" && !p.many; });
  if (port == info.inputs.end()) return nullptr;
  const auto source = std::ranges::find(stage.sources, port->kind, &Source::kind);
  return source == stage.sources.end() ? nullptr : &*source;
}

/// The origin of the value that a best value would replace: in the stage, or in the stage that slices.
Origin origin_of(const StagePlan& stage, const StagePlan* slicer, const std::string& path) {
  const bool slices = slicer && !values_of_stage({{path, {}}}, slicer->name).empty();
  const StagePlan& owner = slices ? *slicer : stage;
  const auto origin = owner.origins.find(slices ? path.substr(slicer->name.size() + 1) : path);
  return origin == owner.origins.end() ? Origin{} : origin->second;
}

/// Whether the table's final type has the option.
bool is_option(const TrainingTables& tables, const Registry& registry, const std::string& path) {
  const TableRule* rule = find_table_rule(path.substr(0, path.find('.')));
  if (!rule || rule->many || !rule->has_type()) return true;
  const ComponentInfo* info = registry.find(rule->kind, tables.one(rule->name).type);
  return info && info->schema.find(path.substr(path.find('.') + 1));
}

/// Puts back what the stage itself or --set says where a best type has that option too, as it does wherever the type stays. Returns what
/// the type has no option for.
std::vector<std::string> keep_own_options(ResolvedStage& resolved, const StagePlan& stage, const Value::Map& types,
                                          const Registry& registry) {
  std::vector<std::string> lost;
  for (const auto& [path, type] : types) {
    const std::string table = path.substr(0, path.find('.'));
    for (const auto& [option, written] : stage.tables.one(table).options.as_map()) {
      const std::string name = table + "." + option;
      const auto origin = resolved.plan.origins.find(name);
      if (origin == resolved.plan.origins.end() || origin->second.kind == Origin::Kind::search) continue;
      const bool is_own = origin->second.goes_before_search(), is_here = is_option(resolved.plan.tables, registry, name);
      if (is_own && is_here) {
        resolved.plan.tables.options(table)[option] = written;
      } else if (!is_here) {
        if (is_own) lost.push_back(name);
        resolved.plan.origins.erase(origin);
      } else if (resolved.plan.tables.options(table).at(option) != written) {
        origin->second = {};  // the type's default
      }
    }
  }
  return lost;
}

std::string listed(const Value::Map& values) {
  return join(values, [](const auto& entry) { return entry.first + " = " + to_toml(entry.second); });
}

}  // namespace

ResolvedStage with_best_values(const StagePlan& stage, const Workflow& workflow, const Registry& registry) {
  ResolvedStage resolved{.plan = stage};
  const Source* source = study_of(stage, *registry.find("stage", stage.type));
  if (!source) return resolved;
  const std::filesystem::path folder = workflow.settings.run_dir / workflow.name / source->stage;
  const std::string cure =
      "run it first with --until " + source->stage + ", or train without it: --set stages." + stage.name + ".best=false";
  if (!std::filesystem::exists(folder / study_file_name))
    throw usage_error("stage \"" + stage.name + "\" takes the best of stage \"" + source->stage + "\", which has not run: " + cure);
  const std::optional<BestTrial> best = read_best_trial(folder);
  if (!best) throw usage_error("the study of stage \"" + source->stage + "\" has no complete trial: " + cure);

  // A search changes the slicing of the windows that its own stage takes.
  const auto searched = std::ranges::find(workflow.stages, source->stage, &StagePlan::name);
  const StagePlan* slicer = searched == workflow.stages.end() ? nullptr : giver_of(workflow, *searched, windows_kind);
  Value::Map taken, kept;
  for (const auto& [path, value] : best->values) (origin_of(stage, slicer, path).goes_before_search() ? kept : taken)[path] = value;
  Value::Map types;
  std::ranges::copy_if(taken, std::inserter(types, types.end()), [](const auto& entry) { return entry.first.ends_with(".type"); });
  const TrainingTables typed = with_values(stage.tables, types, registry);
  std::erase_if(taken, [&](const auto& entry) { return !entry.first.ends_with(".type") && !is_option(typed, registry, entry.first); });

  const Origin origin{.kind = Origin::Kind::search, .giver = source->stage + ", trial " + std::to_string(best->number)};
  resolved.plan.tables = with_values(stage.tables, taken, registry);
  for (const auto& [path, value] : taken) resolved.plan.origins[path] = origin;
  const std::vector<std::string> lost = keep_own_options(resolved, stage, types, registry);
  resolved.best_from = source->stage;
  resolved.sentence = "trial " + std::to_string(best->number) + " of " + source->stage + ": " + listed(taken);
  if (!kept.empty()) resolved.sentence += "; given, so not taken: " + listed(kept);
  if (!lost.empty()) resolved.sentence += "; given, but no option of the best type: " + join_names(lost);
  if (slicer) {
    for (const auto& [option, value] : values_of_stage(taken, slicer->name)) resolved.slicing[slicer->name + "." + option] = value;
  }
  if (!resolved.slicing.empty()) resolved.windows = folder / best_windows_folder;
  return resolved;
}

}  // namespace pipeline
