#include "cli/runs_compared.h"

#include <algorithm>
#include <iostream>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "cli/host.h"
#include "cli/more_arguments.h"
#include "cli/overwriting.h"
#include "cli/part_file.h"
#include "cli/past_runs.h"
#include "cli/runs_report.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "run/history.h"
#include "run/plan.h"

namespace pipeline {

namespace {

constexpr const char* unknown_group = "?";

std::optional<double> number_in(const Value& results, const std::string& name) {
  const Value* value = results.find(name);
  return value && value->is_number() ? std::optional(value->as_double()) : std::nullopt;
}

/// The measure that all runs of a group have: that of quantiles, that of points, or the loss where it is the same for all.
std::string common_measure(const std::vector<ComparedRun>& runs) {
  const auto all_have = [&](const std::string& name) {
    return std::ranges::all_of(runs, [&](const ComparedRun& run) { return number_in(results_of(run.record), name).has_value(); });
  };
  for (const char* name : {"val_wql", "val_mase"}) {
    if (all_have(name)) return name;
  }
  const bool one_loss =
      std::ranges::all_of(runs, [&](const ComparedRun& run) { return loss_of(run.record) == loss_of(runs.front().record); });
  return one_loss && all_have("val_loss") ? "val_loss" : "";
}

/// The runs of each group, the largest group first; those of which nothing is known are the last one.
std::vector<std::vector<ComparedRun>> groups_of(std::vector<ComparedRun> runs) {
  std::vector<std::vector<ComparedRun>> groups;
  for (ComparedRun& run : runs) {
    const auto same = std::ranges::find_if(groups, [&](const auto& group) { return group.front().measured_on == run.measured_on; });
    if (same == groups.end()) {
      groups.push_back({std::move(run)});
    } else {
      same->push_back(std::move(run));
    }
  }
  std::ranges::stable_sort(groups, std::ranges::greater(),
                           [](const auto& group) { return group.front().measured_on.empty() ? 0 : group.size(); });
  return groups;
}

/// "A", ..., "Z", "27", ...
std::string letter(std::size_t place) { return place < 26 ? std::string(1, static_cast<char>('A' + place)) : std::to_string(place + 1); }

/// Whether a run measured models, whatever stopped it later.
bool has_measured(const Value& record) {
  return std::ranges::any_of(record.at("stages").as_map(), [&](const auto& stage) {
    const bool counts = record.at("status") == Value("done") || stage.second.at("ran") == Value(true);
    return counts && stage.second.at("summary").find("headlines") != nullptr;
  });
}

/// A workflow's runs that have measured something.
void add_runs(const Workflow& workflow, const std::string& name, RunComparison& counts, std::vector<ComparedRun>& runs) {
  const std::filesystem::path folder = run_folder_of(workflow);
  const std::size_t before = runs.size();
  for (Value& record : read_history(folder)) {
    if (did_nothing(record)) {
      ++counts.did_nothing;
    } else if (!has_measured(record)) {
      ++counts.not_measured;
    } else {
      std::string on = measured_on(record);
      runs.push_back({.workflow = name, .folder = folder, .record = std::move(record), .measured_on = std::move(on)});
    }
  }
  if (runs.size() > before) {
    runs.back().is_last = true;
  } else {
    counts.absent.push_back(name);
  }
}

/// The columns of the table.
struct Columns {
  std::vector<std::string> metrics, options;
  bool has_groups = false;
};

Columns columns_of(const RunComparison& all) {
  std::vector<Value> records;
  for (const ComparedRun& run : all.runs) records.push_back(run.record);
  Columns out{.metrics = {}, .options = differing_options(records), .has_groups = all.groups.size() > 1};
  for (const std::string& name : all.ranked_by) {
    if (!name.empty() && std::ranges::find(out.metrics, name) == out.metrics.end()) out.metrics.push_back(name);
  }
  for (std::string& name : comparable_metrics(records)) {
    if (std::ranges::find(out.metrics, name) == out.metrics.end()) out.metrics.push_back(std::move(name));
  }
  return out;
}

void print(const RunComparison& all) {
  const Columns columns = columns_of(all);
  std::vector<std::string> headings{"run", "workflow", "when", "model"};
  if (columns.has_groups) headings.insert(headings.begin() + 1, "windows");
  headings.insert(headings.end(), columns.metrics.begin(), columns.metrics.end());
  TextTable table(headings);
  for (std::size_t i = 0; i < all.runs.size(); ++i) {
    const ComparedRun& run = all.runs[i];
    const Value results = results_of(run.record);
    std::vector<std::string> row{std::to_string(i + 1), run.workflow, run.record.at("when").as_string(), model_cell(run.record)};
    if (columns.has_groups) row.insert(row.begin() + 1, run.group);
    for (const std::string& metric : columns.metrics) row.push_back(number_cell(results, metric));
    table.add(std::move(row));
  }
  table.print();
  for (const std::string& sentence : sentences(all)) std::cout << wrapped_after(0, sentence, output_width()) << "\n";
  if (columns.options.empty()) return;
  TextTable differences({"option", "value in each run"});
  for (const std::string& option : columns.options) {
    std::string values;
    for (std::size_t i = 0; i < all.runs.size(); ++i)
      values += (i > 0 ? ", " : "") + std::to_string(i + 1) + ": " + option_cell(all.runs[i].record, option);
    differences.add({option, values});
  }
  std::cout << "\n";
  differences.print();
}

Value json_of(const RunComparison& all) {
  Value::List out;
  for (const ComparedRun& run : all.runs)
    out.push_back(Value::Map{{"workflow", run.workflow}, {"windows", run.group}, {"run", run.record}});
  return out;
}

void require_own_folder(const std::filesystem::path& folder, const std::string& file,
                        std::map<std::filesystem::path, std::string>& owners) {
  const auto [owner, is_new] = owners.emplace(folder, file);
  if (!is_new)
    throw usage_error(owner->second + " and " + file + " keep their runs in one folder (" + folder.string() +
                      "), as they have the same name: give one of them, or each a `name` of its own");
}

}  // namespace

RunComparison compared(std::vector<ComparedRun> runs) {
  RunComparison out;
  for (std::vector<ComparedRun>& group : groups_of(std::move(runs))) {
    const bool known = !group.front().measured_on.empty();
    const std::string name = known ? letter(out.groups.size()) : unknown_group, measure = known ? common_measure(group) : std::string();
    std::ranges::stable_sort(group, {}, [&](const ComparedRun& run) {
      const std::optional<double> value = number_in(results_of(run.record), measure);
      return measure.empty() ? 0 : value.value_or(std::numeric_limits<double>::infinity());
    });
    out.groups.push_back(name);
    out.ranked_by.push_back(measure);
    for (ComparedRun& run : group) {
      run.group = name;
      out.runs.push_back(std::move(run));
    }
  }
  return out;
}

int compare_runs(const Invocation& invocation, Log& log) {
  std::vector<std::string> files{invocation.text("input-argument")};
  for (const std::string& file : invocation.texts(more_arguments)) files.push_back(file);
  if (files.size() > 1 && !invocation.texts("set").empty())
    throw usage_error("--set changes a value of one workflow, and there are " + std::to_string(files.size()) + ": give it with one file");
  RunComparison counts;
  std::vector<ComparedRun> runs;
  std::map<std::filesystem::path, std::string> owners;
  PreciousFiles precious;
  for (const std::string& file : files) {
    Host host;
    const Workflow workflow = load_workflow(host, invocation, file, log);
    require_own_folder(run_folder_of(workflow), file, owners);
    for (auto& known : files_of(workflow, host.registry)) precious.push_back(std::move(known));
    add_runs(workflow, file, counts, runs);
  }
  RunComparison all = compared(std::move(runs));
  all.not_measured = counts.not_measured, all.did_nothing = counts.did_nothing, all.absent = std::move(counts.absent);
  if (invocation.json) {
    std::cout << to_json(json_of(all), 2) << "\n";
  } else if (all.runs.empty()) {
    std::cout << "no run of " << join_names(files) << " has measured anything yet\n";
  } else {
    print(all);
  }
  const std::string report = invocation.text("report");
  if (report.empty()) return 0;
  if (all.runs.empty()) throw usage_error("--report " + report + ": there is no run to write about: run the workflows first");
  require_other_file(report, precious);
  PartFile page(report);
  page.stream() << runs_page(all, std::filesystem::absolute(report).parent_path());
  page.commit();
  log.info("report written to " + std::filesystem::absolute(report).string());
  return 0;
}

}  // namespace pipeline
