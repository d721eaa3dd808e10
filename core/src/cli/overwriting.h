#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "config/workflow.h"
#include "pipeline/registry.h"

namespace pipeline {

/// Files that a command reads and must not replace, each with what it is: "the data".
using PreciousFiles = std::vector<std::pair<std::filesystem::path, std::string>>;

/// The files of a workflow: those that it consists of, and those that its stages read.
[[nodiscard]] PreciousFiles files_of(const Workflow& workflow, const Registry& registry);

/// The checkpoints of its trained stages. Throws Error for a damaged train.json.
[[nodiscard]] PreciousFiles checkpoints_of(const Workflow& workflow, const Registry& registry);

/// Error (usage) if `output`, as --output names it, is one of these files, also by another path or a link.
void require_other_file(const std::filesystem::path& output, const PreciousFiles& precious);

}  // namespace pipeline
