#include <algorithm>
#include <iostream>
#include <limits>
#include <set>

#include "cli/host.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "pipeline/data/format.h"
#include "run/history.h"
#include "run/plan.h"

namespace pipeline {

namespace {

void add_options(po::options_description& options) {
  options.add_options()("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE")->composing(),
                        "change a value of the workflow; repeatable");
}

/// Adds a stage's headline results; returns the training that they are of, if the stage names one.
std::string add_results(const Value& stage, Value& results) {
  std::string of;
  for (const auto& [key, value] : stage.at("summary").as_map()) {
    if (value.is_number() || key == "version_dir" || key == "headlines") results[key] = value;
    if (key == "stage" && value.is_string()) of = value.as_string();
  }
  return of;
}

/// All headline results of a run: the summaries of its stages in one map. If several models were trained and measured, those of the leading
/// training.
Value results_of(const Value& record) {
  Value results{Value::Map{}};
  const Value& stages = record.at("stages");
  std::string leading;
  for (const auto& [name, stage] : stages.as_map()) {
    if (const std::string training = add_results(stage, results); !training.empty()) leading = training;
  }
  if (const Value* training = leading.empty() ? nullptr : stages.find(leading)) add_results(*training, results);
  return results;
}

double validation_of(const Value& record) {
  const Value results = results_of(record);
  const Value* loss = results.find("val_loss");
  return loss && loss->is_number() ? loss->as_double() : std::numeric_limits<double>::infinity();
}

/// Whether an option could matter to a run: it is no stage's, or that stage was part of the run.
bool concerns(const Value& record, const std::string& option) {
  const std::size_t dot = option.find('.');
  return dot == std::string::npos || record.at("stages").find(std::string_view(option).substr(0, dot)) != nullptr;
}

std::string option_cell(const Value& record, const std::string& name) {
  if (!concerns(record, name)) return "-";
  const Value* value = record.at("options").find(name);
  return !value ? "default" : value->is_string() ? value->as_string() : to_toml(*value);
}

/// The options in which the runs that they concern differ.
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

/// The headline metrics of the stages, in their order.
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

/// Whether a run succeeded without any work: all of its stages were up to date.
bool did_nothing(const Value& record) {
  const Value& stages = record.at("stages");
  return record.at("status") == Value("done") &&
         std::ranges::none_of(stages.as_map(), [](const auto& stage) { return stage.second.at("ran") == Value(true); });
}

/// The line below the table, if it leaves runs out.
void say_left_out(std::size_t count) {
  if (count > 0)
    std::cout << "(left out: " << count << (count == 1 ? " run that" : " runs that") << " found everything up to date; --json lists all)\n";
}

std::string cell(const Value& results, const std::string& name) {
  const Value* value = results.find(name);
  return value && value->is_number() ? format_short(value->as_double()) : "-";
}

/// The columns of the table before those of the options.
std::vector<std::string> row_of(const Value& record, const std::vector<std::string>& metrics) {
  const Value results = results_of(record);
  const Value* version = results.find("version_dir");
  std::vector<std::string> row{record.at("when").as_string(), record.at("status").as_string(),
                               format_short(record.at("seconds").as_double())};
  for (const std::string& metric : metrics) row.push_back(cell(results, metric));
  row.push_back(version && version->is_string() ? std::filesystem::path(version->as_string()).filename().string() : "-");
  return row;
}

/// Where a terminal is too narrow for the options beside the results: the runs are numbered, and the options follow below.
void print_in_two_tables(const std::vector<Value>& records, const std::vector<std::string>& headings,
                         const std::vector<std::string>& metrics, const std::vector<std::string>& options) {
  std::vector<std::string> numbered{"run"}, runs{""};
  numbered.insert(numbered.end(), headings.begin(), headings.end());
  TextTable results(numbered);
  for (const Value& record : records) {
    runs.push_back(std::to_string(runs.size()));
    std::vector<std::string> row = row_of(record, metrics);
    row.insert(row.begin(), runs.back());
    results.add(row);
  }
  results.print();
  TextTable differences({"option", "value in each run"});
  for (const std::string& option : options) {
    std::string values;
    for (std::size_t run = 0; run < records.size(); ++run)
      values += (run > 0 ? ", " : "") + runs[run + 1] + ": " + option_cell(records[run], option);
    differences.add({option, values});
  }
  std::cout << "\n";
  differences.print();
}

void print_table(const std::vector<Value>& records) {
  std::vector<std::string> metrics{"val_loss"};
  for (std::string& name : headline_metrics(records)) metrics.push_back(std::move(name));
  std::vector<std::string> headings{"when", "status", "seconds"};
  headings.insert(headings.end(), metrics.begin(), metrics.end());
  headings.emplace_back("version");
  const std::vector<std::string> options = differing_options(records);
  std::vector<std::string> all = headings;
  all.insert(all.end(), options.begin(), options.end());
  TextTable table(all);
  for (const Value& record : records) {
    std::vector<std::string> row = row_of(record, metrics);
    for (const std::string& option : options) row.push_back(option_cell(record, option));
    table.add(row);
  }
  if (table.fits(output_width()) || options.empty()) return table.print();
  print_in_two_tables(records, headings, metrics, options);
}

int list_runs(const Invocation& invocation) {
  ConsoleLog log(invocation.log);
  Host host;
  const Workflow workflow = load_workflow(host, invocation, log);
  std::vector<Value> records = read_history(run_folder_of(workflow));
  std::ranges::stable_sort(records, {}, validation_of);
  if (invocation.json) {
    std::cout << to_json(Value::List(records.begin(), records.end()), 2) << "\n";
    return 0;
  }
  const std::size_t left_out = std::erase_if(records, did_nothing);
  if (records.empty()) {
    std::cout << "no runs of " << workflow.name << " yet in " << run_folder_of(workflow).string() << "\n";
    say_left_out(left_out);
    return 0;
  }
  print_table(records);
  say_left_out(left_out);
  return 0;
}

}  // namespace

Verb runs_verb() { return {"runs", "WORKFLOW.toml", "past runs side by side, best validation first", &add_options, &list_runs}; }

}  // namespace pipeline
