#include "audit/subject.h"

#include <algorithm>

#include "pipeline/errors.h"
#include "run/manifest.h"
#include "run/plan.h"

namespace pipeline {

std::vector<const StagePlan*> AuditSubject::givers(const std::string& kind) const {
  std::vector<const StagePlan*> found;
  for (const StagePlan& stage : workflow.stages) {
    const std::vector<std::string>& outputs = registry.find("stage", stage.type)->outputs;
    if (std::ranges::find(outputs, kind) != outputs.end() && Manifest::read(run_folder / stage.name)) found.push_back(&stage);
  }
  return found;
}

AuditSubject read_subject(const Workflow& workflow, const Registry& registry) {
  AuditSubject subject{.workflow = workflow, .registry = registry, .run_folder = run_folder_of(workflow), .series = {}, .windows = {}};
  for (const StagePlan* stage : subject.givers(series_kind))
    subject.series.push_back({stage, Series::open(subject.run_folder / stage->name)});
  for (const StagePlan* stage : subject.givers(windows_kind))
    subject.windows.push_back({stage, Windows::open(subject.run_folder / stage->name)});
  if (subject.windows.empty())
    throw usage_error(workflow.file.string() + ": there is nothing to audit in " + subject.run_folder.string() +
                      ": run `pipeline run` first");
  return subject;
}

}  // namespace pipeline
