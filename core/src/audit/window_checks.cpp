#include "audit/window_checks.h"

#include <algorithm>
#include <array>

#include "pipeline/data/format.h"
#include "pipeline/data/metrics_file.h"
#include "pipeline/data/origins.h"
#include "pipeline/data/text.h"

namespace pipeline {

namespace {

using Level = Finding::Level;
constexpr std::array all_splits{Split::train, Split::val, Split::calibration, Split::test};

std::string name_of(Split split) { return split_names[static_cast<std::size_t>(split)]; }

/// The origins that a stage measures; all where it has no such options.
OriginChoice origins_of(const StagePlan& stage) {
  OriginChoice out;
  const Value* named = stage.options.find("origins");
  if (named && named->is_string()) out.origins = parse_word<Origins>("origins", named->as_string());
  if (const Value* step = stage.options.find("origin_step")) out.step = *step;
  if (const Value* most = stage.options.find("most_origins"); most && most->is_int()) out.most = most->as_int();
  return out;
}

/// The windows that a measured model forecast: those of its stage, or of the stage before "/" in "baselines/Theta".
const Windows* windows_of(const AuditSubject& subject, const std::string& model) {
  const std::string stage = model.substr(0, model.find('/'));
  const auto plan = std::ranges::find(subject.workflow.stages, stage, &StagePlan::name);
  const StagePlan* giver = plan == subject.workflow.stages.end() ? nullptr : giver_of(subject.workflow, *plan, windows_kind);
  for (const AuditSubject::WindowsResult& result : subject.windows) {
    if (result.stage == giver || (!giver && subject.windows.size() == 1)) return result.windows.get();
  }
  return nullptr;
}

}  // namespace

Finding check_targets(const Windows& windows) {
  const Series* series = windows.series();
  if (!series) return {Level::warn, "targets", "the windows were made elsewhere: whether a target is in two splits cannot be seen"};
  std::vector<std::string> counts;
  for (const Split split : all_splits) {
    const std::vector<std::int64_t> starts = windows.series_starts(split);
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
      const std::int64_t first = windows.origin(split, starts[i]) + 1, of = series->series_of(first - 1),
                         last = windows.origin(split, starts[i + 1] - 1) + 1 + windows.horizon_of(of);
      const Segment rows = series->rows_of(of, split);
      if (first >= rows.first && last <= rows.first + rows.count) continue;
      return {Level::fail, "targets",
              "targets of " + name_of(split) + " windows lie outside its rows" +
                  (series->info().panel ? " in series " + series->id(of) : "") + ": another split trains or is measured on them too"};
    }
    if (windows.count(split) > 0 || split != Split::calibration)
      counts.push_back(name_of(split) + " " + format_count(windows.count(split)));
  }
  return {Level::ok, "targets", "no row is a target of two splits; windows: " + join(counts, ", ")};
}

Finding check_measured(const AuditSubject& subject) {
  std::vector<std::string> measured;
  std::string named;
  for (const StagePlan* stage : subject.givers("metrics")) {
    const OriginChoice origins = origins_of(*stage);
    if (!origins.is_all()) named = " of the origins that " + stage->name + " names";
    for (const ModelMetrics& model : read_metrics(subject.run_folder / stage->name).models) {
      const Windows* windows = windows_of(subject, model.stage);
      if (!windows) continue;
      for (const auto& [name, errors] : model.splits) {
        const std::int64_t there = MeasuredWindows(*windows, parse_split(name), origins).count();
        if (errors.windows != there)
          return {Level::fail, "windows",
                  stage->name + " measured " + format_count(errors.windows) + " of " + format_count(there) + " " + name + " windows of " +
                      model.stage + ": the metrics leave forecasts out"};
        const std::string text = name + " " + format_count(there);
        if (std::ranges::find(measured, text) == measured.end()) measured.push_back(text);
      }
    }
  }
  if (measured.empty()) return {Level::ok, "windows", "nothing is measured yet"};
  return {Level::ok, "windows", "every window" + named + " is measured: " + join(measured, ", ")};
}

}  // namespace pipeline
