#pragma once

#include <map>
#include <set>
#include <string>

#include "config/workflow.h"
#include "pipeline/train/collective.h"
#include "run/executor.h"

namespace pipeline {

/// Joins the processes that a launcher started, if one of the selected stages runs on all of them; else, or without a launcher, nullptr.
/// Error (plugin) if no plugin can join them; Error (usage) if the workflow must choose one of several.
[[nodiscard]] Component<Collective> join_ranks(const Workflow& workflow, const std::set<std::string>& selected, const Registry& registry,
                                               const RunServices& services);

/// Every rank calls it with rank 0's key of a stage and its own. Error (usage), the same on every rank, if a rank would compute something
/// else: other options, files, builds, kernels, threads.
void require_same_key(Collective& collective, const std::map<std::string, std::string>& first,
                      const std::map<std::string, std::string>& own);

}  // namespace pipeline
