#include "cli/next_forecast.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <set>

#include "base/child_process.h"
#include "base/crash_sentence.h"
#include "cli/piped_file.h"
#include "cli/predict.h"
#include "config/check.h"
#include "pipeline/data/files.h"
#include "pipeline/data/metrics_file.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "run/plan.h"

namespace pipeline {

namespace {

constexpr const char* worker_word = "forecast-worker";

/// The stage whose model leads the first evaluation that has run; empty: nothing was measured.
std::string leading_stage(const Workflow& workflow, const Registry& registry) {
  for (const StagePlan& stage : workflow.stages) {
    const std::vector<std::string>& outputs = registry.find("stage", stage.type)->outputs;
    const std::filesystem::path folder = run_folder_of(workflow) / stage.name;
    if (std::ranges::find(outputs, "metrics") == outputs.end() || !std::filesystem::exists(folder / metrics_file_name)) continue;
    const MetricsRecord record = read_metrics(folder);
    const std::string& leader = record.models[record.leader].stage;
    return leader.substr(0, leader.find('/'));
  }
  return {};
}

/// The stage that gives the series which the leading model was made from, the first of several; nullptr: it was made from windows.
const StagePlan* series_stage(const Workflow& workflow, const Registry& registry) {
  std::set<std::string> names{leading_stage(workflow, registry)};
  for (auto stage = workflow.stages.rbegin(); stage != workflow.stages.rend(); ++stage) {  // sources come before their consumers
    if (!names.contains(stage->name)) continue;
    const std::vector<std::string>& outputs = registry.find("stage", stage->type)->outputs;
    if (std::ranges::find(outputs, series_kind) != outputs.end()) return &*stage;
    for (const Source& source : stage->sources) names.insert(source.stage);
  }
  return nullptr;
}

/// The file whose rows the forecast follows. Error (usage) where there is not one.
std::filesystem::path source_of(const Workflow& workflow, const Registry& registry) {
  const StagePlan* stage = series_stage(workflow, registry);
  if (!stage) throw usage_error("the windows were made elsewhere: there are no columns to forecast from");
  if (const Value* left_out = stage->options.find("leave_out_last"); left_out && *left_out != Value(0))
    throw usage_error(
        "leave_out_last leaves rows out at the end of the source, and a forecast goes on from its last row: write leave_out_last "
        "= 0 for it, or forecast from an earlier row with `pipeline predict --workflow " +
        workflow.file.filename().string() + " --input FILE --from TIME`");
  const std::vector<std::filesystem::path> files = source_files(*registry.find("stage", stage->type), stage->options);
  if (files.size() == 1) return files.front();
  if (files.empty())
    throw usage_error("stage \"" + stage->name + "\" names no file that predict reads: forecast with `pipeline predict --workflow " +
                      workflow.file.filename().string() + " --input FILE`");
  throw usage_error("the source is " + std::to_string(files.size()) +
                    " files, and a forecast reads one: write the last rows into a file, and " +
                    "forecast with `pipeline predict --workflow " + workflow.file.filename().string() + " --input FILE`");
}

/// Sends the messages of the process to its parent.
class ParentLog final : public Log {
 public:
  void debug(std::string_view) override {}
  void info(std::string_view message) override { send("info", message); }
  void warning(std::string_view message) override { send("warning", message); }
  [[nodiscard]] bool is_terminal() const override { return false; }
  [[nodiscard]] int terminal_width() const override { return 80; }
  void status_line(std::string_view) override {}

 private:
  static void send(const char* level, std::string_view message) {
    static_cast<void>(answer_parent(Value::Map{{level, std::string(message)}}));
  }
};

int end_with(std::string_view message, ExitStatus status) {
  static_cast<void>(answer_parent(Value::Map{{"error", std::string(message)}, {"status", static_cast<int>(status)}}));
  return static_cast<int>(status);
}

void add_options(po::options_description& options) {
  predict_verb().add_options(options);
  options.add_options()("parent", po::value<std::string>())("set", po::value<std::vector<std::string>>()->composing());
}

int work(const Invocation& invocation) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // the parent may be killed
  if (std::to_string(::getppid()) != invocation.text("parent")) return static_cast<int>(ExitStatus::interrupted);  // it was, before that
  tell_crashes(CrashReader::parent);
  ParentLog log;
  try {
    return predict_with(invocation, log);
  } catch (const Error& error) {
    return end_with(error.what(), error.status());
  } catch (...) {
    return end_with(words_of_exception(), ExitStatus::unexpected);
  }
}

/// Reads the child's messages until it ends. Throws its error.
std::vector<std::string> messages_of(ChildProcess& child, const std::atomic<int>& cancel) {
  constexpr std::chrono::seconds between_looks{1};
  std::vector<std::string> messages;
  std::optional<Error> failure;
  std::string line;
  for (ChildProcess::Read read{}; (read = child.next(line, between_looks)) != ChildProcess::Read::closed;) {
    if (cancel.load() != 0) child.interrupt();
    if (read == ChildProcess::Read::timeout) continue;
    const Value message = from_json(line, "the message of a forecast");
    for (const char* level : {"info", "warning"}) {
      if (const Value* text = message.find(level)) messages.push_back(text->as_string());
    }
    if (const Value* text = message.find("error"))
      failure.emplace(static_cast<ExitStatus>(message.at("status").as_int()), text->as_string());
  }
  const ChildEnd end = child.end();
  if (cancel.load() != 0) throw Error(ExitStatus::interrupted, "interrupted while forecasting what comes next; run the same command again");
  if (failure) throw *failure;
  if (!end.failure.empty()) throw Error(ExitStatus::unexpected, "the process that forecasts ended " + end.failure);
  return messages;
}

}  // namespace

NextForecaster next_forecaster(const Invocation& invocation, const Workflow& workflow, const Registry& registry,
                               const std::atomic<int>& cancel) {
  return [&invocation, &workflow, &registry, &cancel](const std::vector<std::string>& series) {
    const ScratchFolder folder;
    const std::filesystem::path output = folder.path() / "forecast.csv";
    std::vector<std::string> words{
        worker_word,     "--workflow", workflow.file.string(),    "--input", source_of(workflow, registry).string(), "--output",
        output.string(), "--parent",   std::to_string(::getpid())};
    for (const std::string& id : series) words.push_back("--series=" + id);
    for (const std::string& set : invocation.texts("set")) words.insert(words.end(), {"--set", set});
    for (const std::filesystem::path& plugins : invocation.plugin_paths) words.insert(words.end(), {"--plugin-path", plugins.string()});
    ChildProcess child("/proc/self/exe", std::move(words));
    std::vector<std::string> messages = messages_of(child, cancel);
    std::erase_if(messages, [](const std::string& message) { return message.starts_with("forecast written to "); });
    return NextForecast{.csv = read_text(output), .messages = std::move(messages)};
  };
}

Verb forecast_worker_verb() { return {worker_word, "", "a process that forecasts for a run", &add_options, &work}; }

}  // namespace pipeline
