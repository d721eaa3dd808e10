#include "cli/past_runs.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "pipeline/data/format.h"

namespace pipeline {

namespace {

/// Adds a stage's headline results; returns the training that they are of, if the stage names one.
std::string add_results(const Value& stage, Value& results) {
  std::string of;
  for (const auto& [key, value] : stage.at("summary").as_map()) {
    if (value.is_number() || key == "version_dir" || key == "headlines" || key == "measured_on") results[key] = value;
    if (key == "stage" && value.is_string()) results[key] = value, of = value.as_string();
  }
  return of;
}

/// Whether a record holds numbers of models, which an earlier run may have trained or measured.
bool holds_numbers(const Value& record) { return results_of(record).find("headlines") != nullptr; }

/// Whether an option could matter to a run's results: it is no stage's, that stage was part of the run, or the run measured what it left.
bool concerns(const Value& record, const std::string& option) {
  const std::size_t dot = option.find('.');
  return dot == std::string::npos || record.at("stages").find(std::string_view(option).substr(0, dot)) != nullptr || holds_numbers(record);
}

/// Whether a stage's summary is that of a training.
bool is_training(const Value& stage) { return stage.at("summary").find("epochs") != nullptr; }

}  // namespace

Value results_of(const Value& record) {
  Value results{Value::Map{}};
  const Value& stages = record.at("stages");
  std::string leading;
  for (const auto& [name, stage] : stages.as_map()) {
    if (is_training(stage)) continue;
    if (const std::string model = add_results(stage, results); !model.empty()) leading = model;
  }
  for (const auto& [name, stage] : stages.as_map()) {
    if (is_training(stage) && (leading.empty() || name == leading)) add_results(stage, results);
  }
  return results;
}

std::string option_cell(const Value& record, const std::string& name) {
  if (!concerns(record, name)) return "-";
  const Value* value = record.at("options").find(name);
  return !value ? "default" : value->is_string() ? value->as_string() : to_toml(*value);
}

std::vector<std::string> differing_options(const std::vector<Value>& records) {
  std::set<std::string> names, differing;
  for (const Value& record : records) {
    for (const auto& [name, value] : record.at("options").as_map()) names.insert(name);
  }
  for (const std::string& name : names) {
    std::set<std::string> values;
    for (const Value& record : records) {
      if (concerns(record, name)) values.insert(option_cell(record, name));
    }
    if (values.size() > 1) differing.insert(name);
  }
  return {differing.begin(), differing.end()};
}

std::vector<std::string> headline_metrics(const std::vector<Value>& records) {
  std::vector<std::string> names;
  for (const Value& record : records) {
    const Value results = results_of(record);
    const Value* headlines = results.find("headlines");
    if (!headlines || !headlines->is_list()) continue;
    for (const Value& name : headlines->as_list()) {
      if (name.is_string() && std::ranges::find(names, name.as_string()) == names.end()) names.push_back(name.as_string());
    }
  }
  if (names.empty()) names = {"test_mse", "test_mae", "naive_mse"};  // records of version 0.1.0 do not name them
  return names;
}

std::vector<std::string> comparable_metrics(const std::vector<Value>& records) {
  std::vector<std::string> out;
  for (const char* name : {"test_mase", "original_mae", "original_rmse", "test_wql", "test_coverage_80", "test_coverage_95"}) {
    const auto has = [&](const Value& record) {
      const Value results = results_of(record);
      const Value* value = results.find(name);
      return value && value->is_number();
    };
    if (std::ranges::any_of(records, has)) out.emplace_back(name);
  }
  return out.empty() ? headline_metrics(records) : out;
}

bool did_nothing(const Value& record) {
  const Value& stages = record.at("stages");
  return record.at("status") == Value("done") &&
         std::ranges::none_of(stages.as_map(), [](const auto& stage) { return stage.second.at("ran") == Value(true); });
}

std::string number_cell(const Value& results, const std::string& name) {
  const Value* value = results.find(name);
  return value && value->is_number() ? format_short(value->as_double()) : "-";
}

std::string model_cell(const Value& record) {
  const Value results = results_of(record);
  const Value* stage = results.find("stage");
  if (!stage) return "-";
  const Value* type = record.at("options").find(stage->as_string() + ".model.type");
  return stage->as_string() + (type && type->is_string() ? " (" + type->as_string() + ")" : "");
}

std::string loss_of(const Value& record) {
  const Value results = results_of(record);
  const Value* stage = results.find("stage");
  std::string out;
  for (const auto& [name, value] : record.at("options").as_map()) {
    if (stage && name.starts_with(stage->as_string() + ".loss."))
      out += name.substr(stage->as_string().size()) + " " + to_toml(value) + ";";
  }
  return out;
}

std::string measured_on(const Value& record) {
  const Value results = results_of(record);
  const Value* on = results.find("measured_on");
  const Value* text = on ? on->find("fingerprint") : nullptr;
  return text && text->is_string() ? text->as_string() : std::string();
}

}  // namespace pipeline
