#include "audit/choice_checks.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "pipeline/data/backtest_file.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "run/history.h"

namespace pipeline {

namespace {

using Level = Finding::Level;

bool is_of_test(const Value& metric) { return metric.is_string() && metric.as_string().find("test") == 0; }

/// The options of a component that name a metric of test: "EarlyStopping.monitor".
void add_choices(std::vector<std::string>& found, const Registry& registry, const std::string& kind, const std::string& type,
                 const Value& options) {
  const ComponentInfo* info = registry.find(kind, type);
  if (!info) return;
  for (const OptionInfo& option : info->schema.options) {
    const Value* value = option.role == OptionRole::metric || option.name == "rank_by" ? options.find(option.name) : nullptr;
    if (value && is_of_test(*value)) found.push_back(type + "." + option.name + " = " + to_toml(*value));
  }
}

}  // namespace

Finding check_choices(const AuditSubject& subject) {
  std::vector<std::string> found;
  for (const StagePlan& stage : subject.workflow.stages) {
    add_choices(found, subject.registry, "stage", stage.type, stage.options);
    for (const TableRule& rule : training_table_rules()) {
      for (const ComponentSpec& spec : stage.tables.many(rule.name))
        add_choices(found, subject.registry, rule.kind, spec.type, spec.options);
    }
  }
  if (!found.empty()) return {Level::fail, "choices", join(found, ", ") + ": what is chosen by test is not measured by it"};
  return {Level::ok, "choices", "epochs, trials and models are chosen by validation"};
}

Finding check_looks(const AuditSubject& subject) {
  std::set<std::string> options;
  for (const Value& record : read_history(subject.run_folder)) {
    const Value *stages = record.find("stages"), *given = record.find("options");
    if (!stages || !stages->is_map() || !given) continue;
    const bool looked = std::ranges::any_of(stages->as_map(), [](const auto& stage) {
      const Value* summary = stage.second.find("summary");
      return summary && summary->is_map() &&
             std::ranges::any_of(summary->as_map(), [](const auto& result) { return result.first.starts_with("test_"); });
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
