#include "cli/final_model.h"

#include <algorithm>

#include "cli/shell_text.h"
#include "pipeline/data/format.h"
#include "run/plan.h"

namespace pipeline {

namespace {

constexpr const char* final_kind = "final";

}  // namespace

const StagePlan* final_stage(const Workflow& workflow, const Registry& registry, const std::string& name) {
  const auto gives = [&](const StagePlan& stage) {
    const std::vector<std::string>& outputs = registry.find("stage", stage.type)->outputs;
    return (name.empty() || stage.name == name) && std::ranges::find(outputs, final_kind) != outputs.end();
  };
  const auto found = std::ranges::find_if(workflow.stages, gives);
  return found == workflow.stages.end() ? nullptr : &*found;
}

std::optional<FinalModel> final_model(const Workflow& workflow, const Registry& registry, const std::string& name,
                                      const std::filesystem::path& measured, Log& log) {
  const StagePlan* stage = final_stage(workflow, registry);
  if (!stage || measured.empty()) return std::nullopt;
  const std::string cure =
      ": " + name + " is taken as it was measured. `pipeline run " + shell_quoted(workflow.file.string()) + "` trains it on all rows";
  const std::filesystem::path folder = run_folder_of(workflow) / stage->name;
  if (!std::filesystem::exists(folder / final_file_name)) {
    log.warning("stage " + stage->name + " has not run yet" + cure);
    return std::nullopt;
  }
  FinalRecord record = read_final(folder);
  if (record.stage != name) {
    log.warning("stage " + stage->name + " is stale, of " + record.stage + ", and " + name + " was chosen since" + cure);
    return std::nullopt;
  }
  if (record.measured != measured) {
    log.warning("stage " + stage->name + " is stale, of another training of " + name + " (" + record.measured.string() + ")" + cure);
    return std::nullopt;
  }
  return FinalModel{stage, std::move(record)};
}

std::string final_reason(const FinalModel& model, const std::string& by) {
  const FinalRecord& record = model.record;
  const std::string on = record.rows > 0 ? format_count(record.rows) + " rows" : format_count(record.windows) + " windows";
  return "of stage " + model.stage->name + ": the model of stage " + record.stage + ", which " + by + " chose, trained on all " + on;
}

}  // namespace pipeline
