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

void forecast(const Component<Predictor>& predictor, const PredictRequest& request, const std::string& output) {
  if (output.empty() || output == standard_stream) {
    call(predictor, "predict", &Predictor::predict, request, std::cout);
    if (!std::cout.flush()) throw system_failure("cannot write", "stdout", errno);
    return;
  }
  std::error_code unknown;
  const std::filesystem::file_type there = std::filesystem::status(output, unknown).type();
  if (there == std::filesystem::file_type::directory) throw usage_error("--output " + output + " is a folder: name a file");
  const bool is_device = there != std::filesystem::file_type::regular && there != std::filesystem::file_type::not_found;
  if (is_device) {  // a pipe, /dev/null: it is written to, not replaced
    std::ofstream out(output, std::ios::binary);
    call(predictor, "predict", &Predictor::predict, request, out);
    if (!out.flush()) throw system_failure("cannot write", output, errno);
    return;
  }
  PartFile file(output);
  call(predictor, "predict", &Predictor::predict, request, file.stream());
  file.commit();
  request.log.info("forecast written to " + std::filesystem::absolute(output).string());
}

int predict(const Invocation& invocation) {
  ConsoleLog log(invocation.log);
  return predict_with(invocation, log);
}

}  // namespace

int predict_with(const Invocation& invocation, Log& log) {
  const std::string file = invocation.text("workflow"), input = required(invocation, "input");
  const std::filesystem::path checkpoint = file.empty() ? required(invocation, "checkpoint") : invocation.text("checkpoint");
  if (!checkpoint.empty()) require_file("--checkpoint " + checkpoint.string(), checkpoint);
  const bool piped = is_piped(input);
  Host host;
  PreciousFiles precious{{input, "the data itself"}};
  std::optional<TrainedTask> task;
  ChosenModel chosen{.checkpoint = checkpoint, .name = {}};
  if (file.empty()) {
    load_host(host, invocation, {}, log);
  } else {
    require_file("--workflow " + file, file);
    const Workflow workflow = load_workflow(host, invocation, file, log);
    for (auto& known : files_of(workflow, host.registry)) precious.push_back(std::move(known));
    if (checkpoint.empty()) {
      chosen = chosen_model(workflow, host.registry, invocation.text("stage"), log);
    } else {
      task = task_of(workflow, host.registry, invocation.text("stage"));
    }
  }
  if (const std::string future = invocation.text("future"); !future.empty()) {
    require_file("--future " + future, future);
    precious.emplace_back(future, "the columns known ahead");
  }
  if (!chosen.local) precious.emplace_back(chosen.checkpoint, "the checkpoint");
  if (!chosen.intervals.empty()) precious.emplace_back(chosen.intervals, "the intervals");
  if (const std::string output = invocation.text("output"); !output.empty()) require_other_file(output, precious);
  const char* name = chosen.local ? "local" : "checkpoint";
  if (!host.registry.find("predictor", name))
    throw plugin_error(std::string("no plugin brings the predictor \"") + name + "\": see `pipeline plugins`");
  const Component<Predictor> predictor = host.registry.make<Predictor>(name, Value(Value::Map{}));
  std::optional<PipedFile> whole;
  if (piped) whole.emplace(input);
  PredictRequest request{.checkpoint = chosen.checkpoint,
                         .input = whole ? whole->path() : std::filesystem::path(input),
                         .future = invocation.text("future"),
                         .all = invocation.arguments.count("all") > 0,
                         .series = invocation.texts("series"),
                         .from = invocation.text("from"),
                         .device = invocation.arguments.count("device") > 0 ? invocation.text("device") : "cpu",
                         .task = std::move(task),
                         .local = std::move(chosen.local),
                         .intervals = chosen.intervals,
                         .measured_as = chosen.name,
                         .registry = host.registry,
                         .log = log};
  if (!chosen.quantiles.empty()) request.quantiles = std::move(chosen.quantiles);
  try {
    forecast(predictor, request, invocation.text("output"));
  } catch (const Error& error) {
    if (!whole) throw;
    throw whole->renamed(error);
  }
  return 0;
}

Verb predict_verb() { return {"predict", "", "forecasts from a checkpoint, in original units", &add_options, &predict}; }

}  // namespace pipeline
