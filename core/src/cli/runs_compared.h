#pragma once

#include <string>
#include <vector>

#include "cli/verb.h"
#include "pipeline/log.h"
#include "pipeline/value.h"

namespace pipeline {

/// A run of one of several workflows.
struct ComparedRun {
  std::string workflow;          ///< the name of its file, as the user gave it
  std::filesystem::path folder;  ///< runs/<name>
  Value record{};                ///< of history.jsonl
  std::string measured_on{};     ///< as measured_on() tells it; empty: it is not known
  std::string group{};           ///< "A", "B", ...: runs measured on the same windows; "?": not known
  bool is_last = false;          ///< the last one of its workflow: its files are in `folder`
};

/// Runs of several workflows, those measured on the same windows next to each other, the largest group first, and in each the best
/// validation first.
struct RunComparison {
  std::vector<ComparedRun> runs;
  std::vector<std::string> groups;     ///< in the order of `runs`
  std::vector<std::string> ranked_by;  ///< [groups] "val_mase"; empty: no measure is common to them, and they are in the order of time
  std::size_t not_measured = 0;        ///< runs that measured nothing
  std::size_t did_nothing = 0;
  std::vector<std::string> absent{};  ///< workflows without a run that measured anything
};

/// Sorts runs that have measured something.
[[nodiscard]] RunComparison compared(std::vector<ComparedRun> runs);

/// `pipeline runs` of several workflows, or with --report. Error (usage) if two of them keep their runs in one folder.
int compare_runs(const Invocation& invocation, Log& log);

}  // namespace pipeline
