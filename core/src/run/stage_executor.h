#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/workflow.h"
#include "pipeline/registry.h"
#include "pipeline/train/collective.h"
#include "run/executor.h"
#include "run/plan.h"
#include "run/stage_folder.h"

namespace pipeline {

/// The stage of that name; Error (usage) if the workflow has none.
[[nodiscard]] const StagePlan& stage_named(const Workflow& workflow, const std::string& name);

/// Runs one stage after the other of a workflow: locks it, compares it with its last result, runs it into a folder beside its own and swaps
/// that in. What it refers to outlives it.
class StageExecutor {
 public:
  /// `ranks`: the processes that run this workflow together; nullptr: this one alone.
  StageExecutor(const Workflow& workflow, const Registry& registry, const RunServices& services, Collective* ranks = nullptr);

  /// nullopt: an earlier stage's file is not what that stage wrote. damaged() names the stage, which has to run first.
  std::optional<StageResult> run(const StagePlan& stage, const Selection& selection);
  /// The stages that have to run again, each with the reason.
  [[nodiscard]] const std::map<std::string, std::string>& damaged() const { return damaged_; }
  /// The part of a rank above 0: it joins a stage that runs on every rank, once rank 0 has locked the stage and found that it must run.
  void follow(const StagePlan& stage, const Selection& selection);
  /// A worker's part of a stage.
  void work(const StagePlan& stage, const Value& task);

 private:
  [[nodiscard]] bool is_together(const StagePlan& stage) const;
  [[nodiscard]] bool is_shared(const StagePlan& stage) const;
  /// Rank 0 tells the others that a stage runs, and in which folder.
  void call_ranks(const Examined& now, const std::filesystem::path& folder) const;
  [[nodiscard]] std::vector<StageLock> lock_inputs(const std::set<std::string>& sources) const;
  /// A data file that was read again and found unchanged, since it had changed just before it was first read, need not be read a third
  /// time.
  void keep_file_records(const Examined& now) const;
  /// Whether the files of these stages are what the stages wrote, by their hashes; compared once in a run. If not, damaged() has grown.
  bool are_sound(const std::set<std::string>& stages);
  [[nodiscard]] StageContext make_context(const Examined& now, const std::filesystem::path& folder, bool resume) const;
  /// With the services that a stage asks for by its class. `now` outlives it.
  [[nodiscard]] Component<Stage> make_stage(const Examined& now, bool resume) const;
  /// StageContext::run_again: only the stage's files in the folder are kept.
  void run_again(const std::string& name, const Value::Map& changed, const std::filesystem::path& folder, Log& log) const;
  /// For a stage whose folder other processes use at the same time.
  StageResult run_in_place(const Examined& now, bool resume);
  StageResult run_and_swap(const Examined& now, bool resume);
  /// `before_manifest`: makes the result last before the manifest says that it is complete.
  StageResult run_in(const std::filesystem::path& folder, const Examined& now, bool resume, const std::function<void()>& before_manifest);

  const Workflow& workflow_;
  const Registry& registry_;
  const RunServices& services_;
  Log& log_;
  Collective* ranks_;
  std::filesystem::path run_folder_;
  std::map<std::string, std::string> damaged_{};  ///< stage -> what is wrong with its files
  std::set<std::string> sound_{};                 ///< stages whose files have been compared, or written by this run
};

}  // namespace pipeline
