#include <algorithm>
#include <iostream>
#include <limits>
#include <set>

#include "cli/host.h"
#include "cli/more_arguments.h"
#include "cli/past_runs.h"
#include "cli/runs_compared.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "pipeline/data/format.h"
#include "run/history.h"
#include "run/plan.h"

namespace pipeline {

namespace {

void add_options(po::options_description& options) {
  options.add_options()  //
      ("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE")->composing(),
       "change a value of the workflow; repeatable, with one workflow")  //
      ("report", po::value<std::string>()->value_name("FILE.html"), "write the comparison as a page too");
}

double validation_of(const Value& record, const std::string& measure) {
  const Value results = results_of(record);
  const Value* value = results.find(measure);
  return value && value->is_number() ? value->as_double() : std::numeric_limits<double>::infinity();
}

/// The measure that runs are ranked by: the loss, unless they minimised different ones, or a model leads that minimised none.
std::string rank_of(const std::vector<Value>& records) {
  std::string first;
  for (const Value& record : records) {
    const Value results = results_of(record);
    if (results.find("val_mase") && !results.find("val_loss")) return "val_mase";
    const std::string loss = loss_of(record);
    if (loss.empty()) continue;
    if (first.empty()) first = loss;
    if (loss != first) return "val_mase";
  }
  return "val_loss";
}

/// Whether the runs' results are of different models, which are then named.
bool leaders_differ(const std::vector<Value>& records) {
  std::set<std::string> leaders;
  for (const Value& record : records) leaders.insert(model_cell(record));
  leaders.erase("-");
  return leaders.size() > 1;
}

/// The line below the table, if it leaves runs out.
void say_left_out(std::size_t count) {
  if (count > 0)
    std::cout << "(left out: " << count << (count == 1 ? " run that" : " runs that") << " found everything up to date; --json lists all)\n";
}

/// What the table shows of each run beside the options.
struct RunColumns {
  std::vector<std::string> metrics;
  bool model = false;

  [[nodiscard]] std::vector<std::string> headings() const {
    std::vector<std::string> out{"when", "status", "seconds"};
    if (model) out.emplace_back("model");
    out.insert(out.end(), metrics.begin(), metrics.end());
    out.emplace_back("version");
    return out;
  }
};

/// The columns of the table before those of the options.
std::vector<std::string> row_of(const Value& record, const RunColumns& columns) {
  const Value results = results_of(record);
  const Value* version = results.find("version_dir");
  std::vector<std::string> row{record.at("when").as_string(), record.at("status").as_string(),
                               format_short(record.at("seconds").as_double())};
  if (columns.model) row.push_back(model_cell(record));
  for (const std::string& metric : columns.metrics) row.push_back(number_cell(results, metric));
  row.push_back(version && version->is_string() ? std::filesystem::path(version->as_string()).filename().string() : "-");
  return row;
}

/// Where a terminal is too narrow for the options beside the results: the runs are numbered, and the options follow below.
void print_in_two_tables(const std::vector<Value>& records, const RunColumns& columns, const std::vector<std::string>& options) {
  std::vector<std::string> numbered{"run"}, runs{""};
  const std::vector<std::string> headings = columns.headings();
  numbered.insert(numbered.end(), headings.begin(), headings.end());
  TextTable results(numbered);
  for (const Value& record : records) {
    runs.push_back(std::to_string(runs.size()));
    std::vector<std::string> row = row_of(record, columns);
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

void print_table(const std::vector<Value>& records, const std::string& measure) {
  RunColumns columns{.metrics = {measure}, .model = leaders_differ(records)};
  for (std::string& name : headline_metrics(records)) columns.metrics.push_back(std::move(name));
  const std::vector<std::string> options = differing_options(records);
  std::vector<std::string> all = columns.headings();
  all.insert(all.end(), options.begin(), options.end());
  TextTable table(all);
  for (const Value& record : records) {
    std::vector<std::string> row = row_of(record, columns);
    for (const std::string& option : options) row.push_back(option_cell(record, option));
    table.add(row);
  }
  if (table.fits(output_width()) || options.empty()) return table.print();
  print_in_two_tables(records, columns, options);
}

int list_runs(const Invocation& invocation) {
  ConsoleLog log(invocation.log);
  if (!invocation.texts(more_arguments).empty() || !invocation.text("report").empty()) return compare_runs(invocation, log);
  Host host;
  const Workflow workflow = load_workflow(host, invocation, log);
  std::vector<Value> records = read_history(run_folder_of(workflow));
  const std::string measure = rank_of(records);
  std::ranges::stable_sort(records, {}, [&](const Value& record) { return validation_of(record, measure); });
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
  print_table(records, measure);
  say_left_out(left_out);
  return 0;
}

}  // namespace

Verb runs_verb() {
  return {"runs", "WORKFLOW.toml [MORE.toml]...", "past runs side by side, best validation first", &add_options, &list_runs};
}

}  // namespace pipeline
