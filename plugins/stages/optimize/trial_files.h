#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "pipeline/search/search.h"
#include "pipeline/stage.h"

namespace pipeline::stage::optimize {

/// The files of a study's trials, which several processes write: the checkpoints of the best, a log folder of each, and a folder in which
/// each works. A trial's files are in their places before the study holds its result, so that every result has its files wherever a process
/// is killed. What a killed process leaves is of trials without a result, or no longer needed: tidy() removes it.
class TrialFiles {
 public:
  /// `keep`: how many of the best trials keep a checkpoint, in checkpoints/<study>/; -1 for all.
  TrialFiles(const StageContext& context, const std::string& study, std::int64_t keep);

  /// Where a trial keeps files while it runs.
  [[nodiscard]] std::filesystem::path work_folder(std::int64_t number) const;
  /// <log_dir>/<study>/trial_<number>
  [[nodiscard]] std::filesystem::path log_folder(std::int64_t number) const;

  /// Moves the checkpoint of a trial that is about to get its result to its place, if the trial is among the best.
  void put_checkpoint(const StudyState& study, const Trial& trial, const std::filesystem::path& checkpoint) const;
  /// Removes the checkpoints of finished trials that are not among the best, their work folders, and the logs of trials that were lost or
  /// interrupted: those are repeated under another number.
  void tidy(const StudyState& study) const;

 private:
  [[nodiscard]] std::filesystem::path checkpoint_of(std::int64_t number) const;

  std::filesystem::path work_, checkpoints_, logs_;
  std::int64_t keep_;
};

}  // namespace pipeline::stage::optimize
