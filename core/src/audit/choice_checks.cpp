#include "audit/choice_checks.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "pipeline/data/backtest_file.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/metrics_file.h"
#include "pipeline/data/text.h"
#include "pipeline/data/training_record.h"
#include "pipeline/search/study_file.h"
#include "run/history.h"

namespace pipeline {

namespace {

using Level = Finding::Level;

/// What the results say of how they were chosen.
struct Choices {
  std::vector<std::string> by_test;  ///< sentences
  std::set<std::string> by_val;      ///< "checkpoints", "models"
  bool intervals_from_val = false, intervals_from_calibration = false;

  void add(const std::string& metric, const std::string& what, const std::string& who) {
    if (metric.starts_with("test")) by_test.push_back(who + " chose " + what + " by " + metric);
    if (metric.starts_with("val")) by_val.insert(what);
  }
};

void add_trainings(Choices& choices, const AuditSubject& subject) {
  for (const StagePlan* stage : subject.givers("checkpoint")) {
    const Artifact left{"checkpoint", stage->name, subject.run_folder / stage->name};
    if (std::filesystem::exists(left.folder / training_file_name)) choices.add(read_training(left).monitor, "checkpoints", stage->name);
  }
}

void add_searches(Choices& choices, const AuditSubject& subject) {
  for (const StagePlan* stage : subject.givers("study")) {
    const std::filesystem::path folder = subject.run_folder / stage->name;
    if (!std::filesystem::exists(folder / study_file_name)) continue;
    const Value study = read_json(folder / study_file_name);
    const Value* monitor = study.find("monitor");
    if (monitor && monitor->is_string()) choices.add(monitor->as_string(), "trials", stage->name);
  }
}

void add_evaluations(Choices& choices, const AuditSubject& subject) {
  for (const StagePlan* stage : subject.givers("metrics")) {
    const MetricsRecord metrics = read_metrics(subject.run_folder / stage->name);
    choices.add(metrics.ranked_by, "models", stage->name);
    for (const ModelMetrics& model : metrics.models) {
      choices.intervals_from_val = choices.intervals_from_val || model.intervals_from == "val";
      choices.intervals_from_calibration = choices.intervals_from_calibration || model.intervals_from == "calibration";
      if (model.intervals_from == "test")
        choices.by_test.push_back(stage->name + " made the intervals of " + model.stage + " from the errors on test");
    }
  }
}

/// The stages whose results say that they chose the weights of an ensemble on the windows of a split.
std::vector<std::string> ensembles_chosen_on(const AuditSubject& subject, const char* split) {
  std::vector<std::string> found;
  for (const StagePlan* stage : subject.givers("forecasts")) {
    const std::filesystem::path record = subject.run_folder / stage->name / "ensemble.json";
    if (!std::filesystem::is_regular_file(record)) continue;
    const Value content = read_json(record);
    const Value* chosen_on = content.is_map() ? content.find("chosen_on") : nullptr;
    if (chosen_on && *chosen_on == Value(split)) found.push_back(stage->name);
  }
  return found;
}

}  // namespace

Finding check_choices(const AuditSubject& subject) {
  Choices choices;
  add_trainings(choices, subject);
  add_searches(choices, subject);
  add_evaluations(choices, subject);
  if (!choices.by_test.empty())
    return {Level::fail, "choices", join(choices.by_test, ", ") + ": what is chosen by test is not measured by it"};
  if (const std::vector<std::string> ensembles = ensembles_chosen_on(subject, "val");
      !ensembles.empty() && !subject.givers("metrics").empty())
    return {Level::warn, "choices",
            "the weights of " + join_names(ensembles) +
                " were chosen on validation, by which evaluate ranks it among its members: its rank flatters it; rows for calibration in "
                "`split` would choose them"};
  if (choices.by_val.empty()) return {Level::ok, "choices", "nothing is chosen by test"};
  std::string shared;
  if (choices.intervals_from_val)
    shared =
        ", and the same windows make the intervals, which are a little too narrow for it; calibration rows in `split` make them honest";
  const std::vector<std::string> calibrated = ensembles_chosen_on(subject, "calibration");
  if (choices.intervals_from_calibration && !calibrated.empty())
    shared += "; the weights of " + join_names(calibrated) +
              " and the intervals share the calibration windows, so that its intervals are a " + "little too narrow";
  return {Level::ok, "choices", join_names({choices.by_val.begin(), choices.by_val.end()}) + " are chosen by validation" + shared};
}

Finding check_looks(const AuditSubject& subject) {
  std::set<std::string> options;
  for (const Value& record : read_history(subject.run_folder)) {
    const Value *stages = record.find("stages"), *given = record.find("options");
    if (!stages || !stages->is_map() || !given) continue;
    const bool looked = std::ranges::any_of(stages->as_map(), [](const auto& stage) {
      const Value *ran = stage.second.find("ran"), *summary = stage.second.find("summary");
      if (ran && *ran == Value(false)) return false;  // it was up to date: an earlier run has measured
      return summary && summary->is_map() && std::ranges::any_of(summary->as_map(), [](const auto& result) {
               return result.first.starts_with("test_") && result.first != "test_windows";  // which the slicing stage counts
             });
    });
    if (looked) options.insert(to_json(*given));
  }
  const std::string count = format_count(std::ssize(options));
  if (options.size() > 1)
    return {Level::warn, "looks",
            count +
                " runs of this name with different options have measured test: a choice among them by test flatters the one chosen; "
                "choose by validation"};
  return {Level::ok, "looks", options.empty() ? "no run has measured test" : "one choice of options has measured test"};
}

Finding check_backtest(const AuditSubject& subject) {
  std::vector<std::string> searches;
  for (const StagePlan* stage : subject.givers("study")) searches.push_back(stage->name);
  std::string cutoffs;
  for (const StagePlan* stage : subject.givers("backtest")) {
    const BacktestRecord record = read_backtest(subject.run_folder / stage->name);
    const std::int64_t before = record.cutoffs_before_test;
    const std::string text = format_count(before) + " of " + format_count(std::ssize(record.cutoffs)) + " cutoffs of " + stage->name +
                             " lie before the test split, the first at " + record.cutoffs.front();
    if (before > 0 && !searches.empty())
      return {Level::fail, "backtest",
              text + ": " + join(searches, ", ") + " has chosen by the rows that they forecast; write a smaller n_windows or step_size"};
    if (before > 0) return {Level::warn, "backtest", text + ": options were perhaps chosen by the rows that they forecast"};
    cutoffs = record.cutoffs.front();
  }
  return {Level::ok, "backtest", "all cutoffs lie in the test split, from " + cutoffs};
}

}  // namespace pipeline
