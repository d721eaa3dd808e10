#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/host/tier.h"
#include "pipeline/log.h"
#include "pipeline/value.h"

namespace pipeline {

/// A run of some of the workflow's stages apart from its results: on another split, with other options, in a folder of its own. A fold of a
/// backtest is one. The stages run as `pipeline run` runs them: each in a folder below `folder`, skipped where nothing changed. Stages that
/// take the best values of a search take those that the workflow's search has found; the search itself is no part of the run. Nothing is
/// written outside the folder.
struct PIPELINE_EXPORT InnerRun {
  std::filesystem::path folder{};                             ///< absolute: what runs/<name> is to the workflow
  std::vector<std::string> stages{};                          ///< to run, after all stages whose artifacts they take
  Value split{};                                              ///< in place of the workflow's
  std::map<std::string, Value::Map> options{};                ///< by stage: options in place of the workflow's
  std::map<std::string, std::vector<std::string>> sources{};  ///< by stage: those whose artifacts it takes; a stage not named takes all
  bool resume = false;                                        ///< trainings that were interrupted go on

  /// As plain data, for a worker's task.
  [[nodiscard]] Value to_value() const;
  [[nodiscard]] static InnerRun from_value(const Value& value);
};

/// Does an inner run. Its messages go to `log`. Throws what its stages throw, with the stage named; Error (usage) if a stage is not in the
/// workflow or has no such option. One at a time in a process that trains.
using InnerRunner = std::function<void(const InnerRun& run, Log& log)>;

/// A stage that needs inner runs is of this class too. The program gives it the runner before it calls run() or work().
class PIPELINE_EXPORT RunsWithin {
 public:
  virtual ~RunsWithin();
  virtual void take(InnerRunner runner) = 0;
};

}  // namespace pipeline
