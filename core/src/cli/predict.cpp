#include "cli/predict.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>

#include "cli/chosen_model.h"
#include "cli/host.h"
#include "cli/overwriting.h"
#include "cli/part_file.h"
#include "cli/piped_file.h"
#include "pipeline/host/component_call.h"
#include "pipeline/host/predictor.h"
#include "predict/once_log.h"
#include "predict/written_forecasts.h"
#include "run/plan.h"

namespace pipeline {

namespace {

void add_options(po::options_description& options) {
  options.add_options()  //
      ("checkpoint", po::value<std::string>()->value_name("CKPT"),
       "the trained model: .ckpt, .pt or .safetensors; without it the one that evaluate chose in --workflow")                           //
      ("input", po::value<std::string>()->value_name("DATA"), "a CSV file with the columns it was trained on, a pipe, or - for stdin")  //
      ("future", po::value<std::string>()->value_name("DATA"),
       "a CSV file with the columns known ahead, for the rows after those of --input, where that one has none")         //
      ("output", po::value<std::string>()->value_name("FILE"), "where the forecast goes; stdout without it, or for -")  //
      ("all", "forecast from every row that has a whole window behind it, not from the last one only")                  //
      ("from", po::value<std::string>()->value_name("TIME"), "forecast from every such row at or after TIME")           //
      ("series", po::value<std::vector<std::string>>()->value_name("ID")->composing(),
       "forecast this series of many alone; repeatable")  //
      ("workflow", po::value<std::string>()->value_name("FILE"),
       "whose model forecasts; with --checkpoint: what one that Lightning wrote was trained for")  //
      ("stage", po::value<std::string>()->value_name("NAME"),
       "the stage whose model forecasts, in place of the one that evaluate chose; baselines/Theta for one of several")  //
      ("device", po::value<std::string>()->value_name("DEVICE"),
       "where the model computes: cpu, which is the default, cuda, cuda:N or auto");
}

std::string required(const Invocation& invocation, const std::string& flag) {
  const std::string file = invocation.text(flag);
  if (!file.empty()) return file;
  throw usage_error("pipeline predict needs --" + flag +
                    "; usage: pipeline predict --workflow FILE --input DATA [--output FILE], or with --checkpoint CKPT");
}

/// Whether the input must be read to its end before it can be mapped. Error (usage) for a file that is not there.
bool is_piped(const std::string& input) {
  if (input == standard_stream) return true;
  std::error_code unknown;
  const std::filesystem::file_type there = std::filesystem::status(input, unknown).type();
  if (there == std::filesystem::file_type::not_found) throw usage_error("--input " + input + ": no such file");
  if (there == std::filesystem::file_type::directory) throw usage_error("--input " + input + " is a folder: name a file");
  return there != std::filesystem::file_type::regular;
}

/// The task of a checkpoint by --workflow, whose windows must exist.
TrainedTask task_of(const Workflow& workflow, const Registry& registry, const std::string& stage_name) {
  const StagePlan& stage = train_stage(workflow, registry, stage_name);
  const auto windows = std::ranges::find(stage.sources, "windows", &Source::kind);
  if (windows == stage.sources.end()) throw usage_error("stage \"" + stage.name + "\" takes no windows");
  const std::filesystem::path folder = run_folder_of(workflow) / windows->stage;
  if (!std::filesystem::exists(folder / "windows.json"))
    throw usage_error("--workflow " + workflow.file.string() + ": its windows are not there (" + folder.string() +
                      "): run `pipeline run` with --until " + windows->stage + " first");
  return {stage.tables.one("model"), folder};
}

/// How a model forecasts, and what its evaluation fitted to it.
struct Forecasting {
  std::string predictor;
  FittedIntervals intervals;
};

void answer(const std::string& predictor, const PredictRequest& request, ForecastReceiver& out) {
  if (!request.registry.find(Kind<Predictor>::name, predictor))
    throw plugin_error("no plugin brings the predictor \"" + predictor + "\": see `pipeline plugins`");
  call(request.registry.make<Predictor>(predictor, Value(Value::Map{})), "predict", &Predictor::predict, request, out);
}

void write_forecasts(const Forecasting& how, const PredictRequest& request, std::ostream& out) {
  WrittenForecasts written(out, how.intervals, request.log);
  answer(how.predictor, request, written);
  written.finish();
}

void forecast(const Forecasting& how, const PredictRequest& request, const std::string& output) {
  if (output.empty() || output == standard_stream) {
    write_forecasts(how, request, std::cout);
    if (!std::cout.flush()) throw system_failure("cannot write", "stdout", errno);
    return;
  }
  std::error_code unknown;
  const std::filesystem::file_type there = std::filesystem::status(output, unknown).type();
  if (there == std::filesystem::file_type::directory) throw usage_error("--output " + output + " is a folder: name a file");
  const bool is_device = there != std::filesystem::file_type::regular && there != std::filesystem::file_type::not_found;
  if (is_device) {  // a pipe, /dev/null: it is written to, not replaced
    std::ofstream out(output, std::ios::binary);
    write_forecasts(how, request, out);
    if (!out.flush()) throw system_failure("cannot write", output, errno);
    return;
  }
  PartFile file(output);
  write_forecasts(how, request, file.stream());
  file.commit();
  request.log.info("forecast written to " + std::filesystem::absolute(output).string());
}

/// Answers a request with another model of the workflow. Its sentences are told once, however many models say them.
void answer_with(const OtherModel& other, const PredictRequest& asked, const Workflow& workflow, Log& log, ForecastReceiver& out) {
  ChosenModel model = other_model(workflow, asked.registry, other);
  PredictRequest request{.checkpoint = model.checkpoint,
                         .input = asked.input,
                         .future = asked.future,
                         .all = asked.all,
                         .series = asked.series,
                         .from = asked.from,
                         .device = asked.device,
                         .stage = std::move(model.stage),
                         .quantiles = model.quantiles,
                         .registry = asked.registry,
                         .log = log};
  request.with_other = [&](const OtherModel& next, ForecastReceiver& receiver) { answer_with(next, request, workflow, log, receiver); };
  answer(model.predictor, request, out);
}

/// What the command line asks to forecast with.
struct Asked {
  std::optional<Workflow> workflow{};
  ChosenModel model{};
  std::optional<TrainedTask> task{};
};

/// Finds the plugins, and the model of --checkpoint or --workflow.
Asked find_model(const Invocation& invocation, Host& host, Log& log, PreciousFiles& precious) {
  const std::string file = invocation.text("workflow");
  Asked out;
  out.model.checkpoint = file.empty() ? required(invocation, "checkpoint") : invocation.text("checkpoint");
  const bool is_named = !out.model.checkpoint.empty();
  if (is_named) require_file("--checkpoint " + out.model.checkpoint.string(), out.model.checkpoint);
  if (file.empty()) {
    load_host(host, invocation, {}, log);
  } else {
    require_file("--workflow " + file, file);
    out.workflow = load_workflow(host, invocation, file, log);
    for (auto& known : files_of(*out.workflow, host.registry)) precious.push_back(std::move(known));
    if (is_named) {
      out.task = task_of(*out.workflow, host.registry, invocation.text("stage"));
    } else {
      out.model = chosen_model(*out.workflow, host.registry, invocation.text("stage"), log);
    }
  }
  if (!out.model.stage) precious.emplace_back(out.model.checkpoint, "the checkpoint");
  if (!out.model.intervals.empty()) precious.emplace_back(out.model.intervals, "the intervals");
  if (out.workflow && !is_named) {  // an ensemble reads those of its members
    for (auto& known : checkpoints_of(*out.workflow, host.registry)) precious.push_back(std::move(known));
  }
  return out;
}

int predict(const Invocation& invocation) {
  ConsoleLog log(invocation.log);
  return predict_with(invocation, log);
}

}  // namespace

int predict_with(const Invocation& invocation, Log& log) {
  const std::string input = required(invocation, "input");
  if (invocation.text("workflow").empty()) static_cast<void>(required(invocation, "checkpoint"));
  const bool piped = is_piped(input);
  Host host;
  PreciousFiles precious{{input, "the data itself"}};
  Asked asked = find_model(invocation, host, log, precious);
  if (const std::string future = invocation.text("future"); !future.empty()) {
    require_file("--future " + future, future);
    precious.emplace_back(future, "the columns known ahead");
  }
  if (const std::string output = invocation.text("output"); !output.empty()) require_other_file(output, precious);
  std::optional<PipedFile> whole;
  if (piped) whole.emplace(input);
  PredictRequest request{.checkpoint = asked.model.checkpoint,
                         .input = whole ? whole->path() : std::filesystem::path(input),
                         .future = invocation.text("future"),
                         .all = invocation.arguments.count("all") > 0,
                         .series = invocation.texts("series"),
                         .from = invocation.text("from"),
                         .device = invocation.arguments.count("device") > 0 ? invocation.text("device") : "cpu",
                         .task = std::move(asked.task),
                         .stage = std::move(asked.model.stage),
                         .registry = host.registry,
                         .log = log};
  if (!asked.model.quantiles.empty()) request.quantiles = std::move(asked.model.quantiles);
  OnceLog once(log);
  if (asked.workflow) {
    request.with_other = [&](const OtherModel& other, ForecastReceiver& out) { answer_with(other, request, *asked.workflow, once, out); };
  }
  const Forecasting how{.predictor = asked.model.predictor,
                        .intervals = {.file = asked.model.intervals,
                                      .model = asked.model.name,
                                      .season_length = asked.workflow ? asked.workflow->settings.season_length : Value()}};
  try {
    forecast(how, request, invocation.text("output"));
  } catch (const Error& error) {
    if (!whole) throw;
    throw whole->renamed(error);
  }
  return 0;
}

Verb predict_verb() { return {"predict", "", "forecasts from a checkpoint, in original units", &add_options, &predict}; }

}  // namespace pipeline
