#include "audit/choice_checks.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

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

/// The stages that choose the weights of an ensemble on validation, by which evaluate ranks it: no calibration window is there.
std::vector<std::string> ensembles_of_validation(const AuditSubject& subject) {
  const bool calibrated = std::ranges::any_of(
      subject.windows, [](const AuditSubject::WindowsResult& result) { return result.windows->count(Split::calibration) > 0; });
  std::vector<std::string> found;
  for (const StagePlan& stage : subject.workflow.stages) {
    const Value* method = stage.type == "ensemble" ? stage.options.find("method") : nullptr;
    if (method && *method == Value("greedy") && !calibrated) found.push_back(stage.name);
  }
  return found;
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
  if (const std::vector<std::string> ensembles = ensembles_of_validation(subject); !ensembles.empty())
    return {Level::warn, "choices",
            "the weights of " + join_names(ensembles) +
                " were chosen on validation, by which evaluate ranks it among its members: its rank flatters it; rows for calibration in "
                "`split` would choose them"};
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

}  // namespace pipeline
