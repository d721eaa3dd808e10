#include "cli/overwriting.h"

#include <algorithm>
#include <system_error>

#include "pipeline/data/training_record.h"
#include "pipeline/errors.h"
#include "run/plan.h"

namespace pipeline {

PreciousFiles files_of(const Workflow& workflow, const Registry& registry) {
  PreciousFiles out;
  for (const std::filesystem::path& file : workflow.files) out.emplace_back(file, "the workflow");
  for (const StagePlan& stage : workflow.stages) {
    const ComponentInfo* info = registry.find("stage", stage.type);
    if (!info) continue;
    for (const OptionInfo& option : info->schema.options) {
      const Value* value = option.role == OptionRole::input_path ? stage.options.find(option.name) : nullptr;
      if (!value) continue;
      const Value::List single{*value};
      for (const Value& path : value->is_list() ? value->as_list() : single) {
        if (path.is_string() && !path.as_string().empty()) out.emplace_back(path.as_string(), "what stage \"" + stage.name + "\" reads");
      }
    }
  }
  return out;
}

PreciousFiles checkpoints_of(const Workflow& workflow, const Registry& registry) {
  PreciousFiles out;
  for (const StagePlan& stage : workflow.stages) {
    const ComponentInfo* info = registry.find("stage", stage.type);
    const Artifact left{"checkpoint", stage.name, run_folder_of(workflow) / stage.name};
    if (!info || std::ranges::find(info->outputs, left.kind) == info->outputs.end() ||
        !std::filesystem::exists(left.folder / training_file_name))
      continue;
    const TrainingRecord record = read_training(left);
    for (const std::filesystem::path& file : {record.best, record.last}) {
      if (!file.empty()) out.emplace_back(file, "a checkpoint of stage \"" + stage.name + "\"");
    }
  }
  return out;
}

void require_other_file(const std::filesystem::path& output, const PreciousFiles& precious) {
  for (const auto& [file, what] : precious) {
    std::error_code not_there;
    if (std::filesystem::equivalent(output, file, not_there))
      throw usage_error("--output " + output.string() + " is " + what + ": choose another name");
  }
}

}  // namespace pipeline
