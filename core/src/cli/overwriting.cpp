#include "cli/overwriting.h"

#include <system_error>

#include "pipeline/errors.h"

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

void require_other_file(const std::filesystem::path& output, const PreciousFiles& precious) {
  for (const auto& [file, what] : precious) {
    std::error_code not_there;
    if (std::filesystem::equivalent(output, file, not_there))
      throw usage_error("--output " + output.string() + " is " + what + ": choose another name");
  }
}

}  // namespace pipeline
