#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>

#include "cli/table.h"
#include "cli/verb.h"
#include "pipeline/data/csv.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/search/importance.h"
#include "pipeline/search/study.h"
#include "pipeline/search/study_text.h"

namespace pipeline {

namespace {

void add_options(po::options_description& options) {
  options.add_options()("study-name", po::value<std::string>()->value_name("NAME"), "which study, where the storage holds several");
}

std::vector<std::string> parameter_names(const StudyState& study) {
  std::set<std::string> names;
  for (const Trial& trial : study.trials) {
    for (const auto& [name, value] : trial.parameters) names.insert(name);
  }
  return {names.begin(), names.end()};
}

Value trial_value(const Trial& trial) {
  Value out = Value::Map{{"number", trial.number},
                         {"state", word_of(trial.state)},
                         {"value", trial.value ? Value(*trial.value) : Value()},
                         {"parameters", parameters_of(trial)}};
  if (!trial.reason.empty()) out["reason"] = trial.reason;
  return out;
}

const Trial& best_of(const StudyState& study) {
  const Trial* best = best_trial(study);
  if (!best) throw usage_error("study \"" + study.name + "\" has no complete trial yet");
  return *best;
}

void print(const Value& value) { std::cout << to_json(value, 2) << "\n"; }

void show(const StudyState& study, bool json) {
  std::map<TrialState, std::int64_t> counts;
  for (const Trial& trial : study.trials) ++counts[trial.state];
  const std::map<std::string, double> importances = parameter_importances(study);
  const Trial* best = best_trial(study);
  if (json) {
    Value out = Value::Map{{"name", study.name},
                           {"direction", study.minimize ? "minimize" : "maximize"},
                           {"trials", Value::Map{}},
                           {"best", best ? trial_value(*best) : Value()},
                           {"importances", Value::Map{}}};
    for (const auto& [state, count] : counts) out["trials"][word_of(state)] = count;
    for (const auto& [name, importance] : importances) out["importances"][name] = importance;
    return print(out);
  }
  std::vector<std::string> parts;
  for (const auto& [state, count] : counts) parts.push_back(format_count(count) + " " + word_of(state));
  std::cout << "study \"" << study.name << "\", " << (study.minimize ? "minimize" : "maximize") << ": "
            << (parts.empty() ? "no trial yet" : join(parts)) << "\n";
  if (!best) return;
  std::cout << "best: trial " << best->number << ", " << format_number(*best->value) << "\n";
  TextTable table({"parameter", "best", "importance"});
  const Value parameters(parameters_of(*best));
  for (const auto& [name, value] : parameters.as_map()) {
    const auto importance = importances.find(name);
    table.add({name, to_toml(value), importance == importances.end() ? "-" : format_short(importance->second)});
  }
  table.print("  ");
}

/// The best trial's parameters as lines of TOML.
void best(const StudyState& study, bool json) {
  const Trial& trial = best_of(study);
  if (json) return print(trial_value(trial));
  std::cout << "# study \"" << study.name << "\", trial " << trial.number << ": " << format_number(*trial.value) << "\n";
  const Value parameters(parameters_of(trial));
  for (const auto& [name, value] : parameters.as_map()) {
    // TOML has no null: such a choice becomes a comment.
    std::cout << (value.is_null() ? "# " + name + " is null" : to_toml(name) + " = " + to_toml(value)) << "\n";
  }
}

std::string cell(const Value& parameters, const std::string& name) {
  const Value* value = parameters.find(name);
  return !value ? "-" : value->is_double() ? format_short(value->as_double()) : value->is_string() ? value->as_string() : to_toml(*value);
}

void trials(const StudyState& study, bool json) {
  if (json) {
    Value::List out;
    for (const Trial& trial : study.trials) out.push_back(trial_value(trial));
    return print(out);
  }
  std::vector<std::string> headings{"number", "state", "value"};
  const std::vector<std::string> names = parameter_names(study);
  headings.insert(headings.end(), names.begin(), names.end());
  const bool reasons = std::ranges::any_of(study.trials, [](const Trial& trial) { return !trial.reason.empty(); });
  if (reasons) headings.emplace_back("reason");
  TextTable table(headings);
  for (const Trial& trial : study.trials) {
    std::vector<std::string> row{std::to_string(trial.number), word_of(trial.state), trial.value ? format_short(*trial.value) : "-"};
    for (const std::string& name : names) row.push_back(cell(Value(parameters_of(trial)), name));
    if (reasons) row.push_back(trial.reason);
    table.add(row);
  }
  table.print();
}

void export_csv(const StudyState& study, bool json) {
  if (json) return trials(study, true);
  const std::vector<std::string> names = parameter_names(study);
  std::cout << "number,state,value";
  for (const std::string& name : names) std::cout << "," << csv_field(name);
  std::cout << "\n";
  for (const Trial& trial : study.trials) {
    std::cout << trial.number << "," << word_of(trial.state) << "," << (trial.value ? format_number(*trial.value) : "");
    const Value parameters(parameters_of(trial));
    for (const std::string& name : names) {
      const Value* value = parameters.find(name);
      std::cout << "," << (value ? csv_value(*value) : "");
    }
    std::cout << "\n";
  }
}

/// The address of a study, for a file's path too. A text that looks like an address with a slip is no path: the error about a missing file
/// would show its password.
std::string address_of(const std::string& storage) {
  const bool is_address = storage.find("://") != std::string::npos || storage.starts_with("postgresql") || storage.starts_with("sqlite:");
  std::error_code unreadable;  // a long password is no file's name
  const bool is_file = std::filesystem::exists(storage, unreadable);
  return is_file || !(is_address || storage.find('@') != std::string::npos) ? "sqlite:///" + storage : storage;
}

int study(const Invocation& invocation) {
  const std::string action = invocation.text("input-argument");
  void (*run)(const StudyState&, bool) = action == "show"     ? &show
                                         : action == "best"   ? &best
                                         : action == "trials" ? &trials
                                         : action == "export" ? &export_csv
                                                              : nullptr;
  if (!run) throw usage_error("pipeline study: the first word is show, best, trials or export, then comes the storage");
  const std::unique_ptr<Study> opened = open_study({.storage = address_of(invocation.text("second-argument")),
                                                    .name = invocation.text("study-name"),
                                                    .minimize = true,
                                                    .create = false});
  run(opened->refresh(), invocation.json);
  return 0;
}

}  // namespace

Verb study_verb() {
  return {"study", "show|best|trials|export STORAGE", "an Optuna study, in a file or at a database's address; export is CSV", &add_options,
          &study};
}

}  // namespace pipeline
