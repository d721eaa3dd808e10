#include <algorithm>
#include <iostream>
#include <optional>
#include <string>

#include "audit/audit.h"
#include "cli/host.h"
#include "cli/next_forecast.h"
#include "cli/stage_worker.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "run/cancel.h"
#include "run/executor.h"
#include "run/launch.h"
#include "run/stage_folder.h"

namespace pipeline {

namespace {

void add_options(po::options_description& options) {
  options.add_options()                                                                                                                   //
      ("stage", po::value<std::string>()->value_name("NAME"), "run this stage alone, on what earlier runs left")                          //
      ("from", po::value<std::string>()->value_name("NAME"), "run this stage and all that depend on it; with --until, up to that one")    //
      ("until", po::value<std::string>()->value_name("NAME"), "run this stage and all it depends on")                                     //
      ("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE")->composing(), "change a value of the workflow; repeatable")  //
      ("force", "run the stages even where nothing changed")                                                                              //
      ("resume", "go on with a training that was interrupted, or that is to train longer")                                                //
      ("dry-run", "say what would run and why, and stop");
}

Selection selection_of(const Invocation& invocation) {
  const auto given = [&](const char* flag) { return invocation.arguments.count(flag) > 0; };
  Selection selection{.stage = invocation.text("stage"),
                      .from = invocation.text("from"),
                      .until = invocation.text("until"),
                      .force = given("force"),
                      .resume = given("resume")};
  if (!selection.stage.empty() && !(selection.from.empty() && selection.until.empty()))
    throw usage_error("--stage runs one stage, --from and --until run a range: give the one or the other");
  if (selection.force && selection.resume) throw usage_error("--force trains from the start and --resume goes on: give one");
  return selection;
}

std::string shown(const Value& value) {
  if (value.is_double()) return format_short(value.as_double());
  return value.is_string() ? value.as_string() : to_json(value);
}

void print_plan(const std::vector<StageStatus>& plan) {
  TextTable table({"stage", "would", "why"});
  for (const StageStatus& status : plan) {
    const bool runs = status.selected && !status.up_to_date;
    table.add({status.stage->name, runs ? "run" : "be skipped",
               runs              ? join(status.reasons, "; ")
               : status.selected ? "up to date"
                                 : "not asked for"});
  }
  table.print();
}

Value outcome_value(const Workflow& workflow, const RunOutcome& outcome) {
  Value stages{Value::Map{}};
  for (const StageResult& stage : outcome.stages) {
    stages[stage.stage] = Value::Map{{"type", stage.type},
                                     {"ran", stage.ran},
                                     {"seconds", stage.seconds},
                                     {"summary", stage.summary},
                                     {"folder", (run_folder_of(workflow) / stage.stage).string()}};
  }
  return Value::Map{{"name", workflow.name},
                    {"run_folder", run_folder_of(workflow).string()},
                    {"log_dir", workflow.settings.log_dir.string()},
                    {"seconds", outcome.seconds},
                    {"stages", stages}};
}

void print_outcome(const Workflow& workflow, const RunOutcome& outcome) {
  std::cout << "\nResults of " << workflow.name << " (" << format_short(outcome.seconds) << " s)\n";
  bool logged = false;
  for (const StageResult& stage : outcome.stages) {
    std::vector<std::string> parts;
    for (const auto& [name, value] : stage.summary.as_map()) {
      if (!value.is_map() && !value.is_list()) parts.push_back(name + " " + shown(value));
      logged = logged || name == "version_dir";
    }
    if (!parts.empty()) std::cout << "  " << wrapped_after(4, stage.stage + ": " + join(parts), output_width()) << "\n";
  }
  std::cout << "  folder: " << run_folder_of(workflow).string() << "\n";
  if (logged) std::cout << "  curves: tensorboard --logdir " << workflow.settings.log_dir.string() << "\n";
}

/// Tells what the audit has to say against the results of a run.
void tell_audit(const Workflow& workflow, const Registry& registry, const RunOutcome& outcome, Log& log) {
  if (std::ranges::none_of(outcome.stages, &StageResult::ran)) return;
  try {
    const AuditSubject subject = read_subject(workflow, registry);
    for (const Finding& finding : audit(subject)) {
      const std::string text = "audit: " + finding.check + ": " + finding.text;
      if (finding.level == Finding::Level::warn) log.info(text);
      if (finding.level == Finding::Level::fail) log.warning(text);
    }
  } catch (const Error& error) {  // the run is done all the same
    log.debug(std::string("audit: ") + error.what());
  }
}

/// Of several processes the first speaks; the others tell only what ends them.
LogOptions log_options(const Invocation& invocation, const std::optional<Launch>& launch) {
  LogOptions options = invocation.log;
  if (launch && launch->rank > 0) options = {.level = "error"};
  return options;
}

/// A rank above 0: it joins the first one and prints nothing but errors.
int follow_first(const Workflow& workflow, const Host& host, const Selection& selection, const RunServices& services, ConsoleLog& log) {
  try {
    static_cast<void>(execute(workflow, host.registry, selection, services));
    return 0;
  } catch (const Error& error) {
    for (const std::string& message : error.messages()) log.error("rank " + std::to_string(services.launch->rank) + ": " + message);
    return static_cast<int>(error.status());
  }
}

int run_workflow(const Invocation& invocation) {
  const std::optional<Launch> launch = read_launch(environment_variables());
  ConsoleLog log(log_options(invocation, launch));
  const Selection selection = selection_of(invocation);
  Host host;
  Workflow workflow = load_workflow(host, invocation, log, launch ? launch->local_world : 1,
                                    invocation.arguments.count("dry-run") > 0 ? WorkflowUse::read : WorkflowUse::compute);
  if (launch) workflow.settings.ranks = launch->world;
  const bool follows = launch && launch->rank > 0;
  if (invocation.arguments.count("dry-run")) return follows ? 0 : (print_plan(plan_run(workflow, host.registry, selection)), 0);

  static_cast<void>(selected_stages(workflow, selection));  // an unknown stage is a mistake before anything is written
  const CancelGuard cancel;
  const RunServices services{.log = log,
                             .cancel = cancel.signal(),
                             .start_worker = worker_starter(invocation),
                             .start_inner_worker = inner_worker_starter(invocation),
                             .send = {},
                             .forecast_next = next_forecaster(invocation, workflow, host.registry, cancel.signal()),
                             .launch = launch};
  if (follows) return follow_first(workflow, host, selection, services, log);
  const std::filesystem::path folder = run_folder_of(workflow);
  make_folder(folder);
  log.info(workflow.name + ": workflow " + workflow.file.string());
  log.info("  run folder  " + folder.string());
  log.info("  log folder  " + workflow.settings.log_dir.string());
  log.info("  " + std::to_string(workflow.settings.threads) + (workflow.settings.threads == 1 ? " thread" : " threads") + ", seed " +
           std::to_string(workflow.settings.seed));
  log.open_file(folder / "run.log");
  log.debug(workflow.settings.command_line);
  try {
    const RunOutcome outcome = execute(workflow, host.registry, selection, services);
    tell_audit(workflow, host.registry, outcome, log);
    if (invocation.json) {
      std::cout << to_json(outcome_value(workflow, outcome), 2) << "\n";
    } else if (!invocation.log.quiet) {
      print_outcome(workflow, outcome);
    }
    return 0;
  } catch (const Error& error) {
    for (const std::string& message : error.messages()) log.error(message);
    return static_cast<int>(error.status());
  }
}

}  // namespace

Verb run_verb() { return {"run", "WORKFLOW.toml", "run a workflow, or single stages of it", &add_options, &run_workflow}; }

}  // namespace pipeline
