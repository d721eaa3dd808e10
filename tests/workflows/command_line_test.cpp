#include <doctest/doctest.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

/// Bash's completions for the last of `words`, as one line.
std::string completed(const WorkflowFixture& folder, const std::string& words) {
  const std::string bin = (std::filesystem::path(BUILD_DIR) / "bin").string();
  folder.write("complete.sh", "PATH=" + bin + ":$PATH\nsource <(pipeline completion bash)\nCOMP_WORDS=(" + words +
                                  ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_pipeline\necho \"${COMPREPLY[@]}\"\n");
  return Program("/bin/bash", {"complete.sh"}, folder.path()).wait().out;
}

/// One table of the workflow with everything that `describe --toml` prints for a component.
std::string pasted(const WorkflowFixture& folder, const std::string& name) { return folder.pipeline({"describe", name, "--toml"}).out; }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from, " in ", text);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "bash completes verbs, flags, workflows, components and stages") {
  workflow(small_training);
  CHECK(completed(*this, "pipeline val") == "validate\n");
  CHECK(completed(*this, "pipeline run work") == "workflow.toml\n");
  CHECK(completed(*this, "pipeline run workflow.toml --for") == "--force\n");
  CHECK(completed(*this, "pipeline run workflow.toml --stage sl") == "slice_windows\n");
  CHECK(completed(*this, "pipeline run workflow.toml --set model.hidden_s") == "model.hidden_size=\n");
  CHECK(completed(*this, "pipeline run workflow.toml --set model.") ==
        "model.bidirectional= model.dropout= model.hidden_size= model.num_layers= model.proj_size= model.type=\n");
  CHECK(completed(*this, "pipeline run workflow.toml --set callbacks.ModelCheckpoint.save_t") == "callbacks.ModelCheckpoint.save_top_k=\n");
  CHECK(completed(*this, "pipeline run workflow.toml --set stages.slice_windows.hor") == "stages.slice_windows.horizon=\n");
  CHECK(completed(*this, "pipeline run workflow.toml --set see") == "seed=\n");
  CHECK(completed(*this, "pipeline describe TensorB") == "TensorBoardLogger\n");
  CHECK(completed(*this, "pipeline new-plugin mo") == "model\n");
  CHECK(completed(*this, "pipeline run workflow.toml --nothing") == "\n");
  const Finished other = pipeline({"completion", "fish"});
  CHECK(other.status == 2);
  CHECK(contains(other.err, "completion is there for bash, not for \"fish\""));
}

TEST_CASE_FIXTURE(WorkflowFixture, "what describe --toml prints validates when it is pasted") {
  const Value libraries = from_json(pipeline({"plugins", "--json"}).out, "plugins --json");
  int checked = 0;
  for (const Value& library : libraries.as_list()) {
    for (const Value& component : library.at("components").as_list()) {
      const std::string kind = component.at("kind").as_string(), name = component.at("name").as_string();
      CAPTURE(name);
      std::string table = pasted(*this, kind + "/" + name);
      if (table.empty()) continue;  // a kind that no workflow names
      if (kind == "callback" && contains(table, "# monitor = ...")) table = replaced(table, "# monitor = ...", "monitor = \"val_loss\"");
      if (name == "optimize") table = replaced(table, "# search = ...", "search.\"loader.batch_size\" = { low = 8, high = 16 }");
      if (name != "preprocess") table = std::regex_replace(table, std::regex("# (\\w+) = \\.\\.\\.( +# \\(required\\))"), "$1 = 1$2");
      const std::string stages = kind == "stage" ? "" : "[stages.train]\n";
      if (name == "preprocess") {
        table = replaced(table, "# source = ...", "source = \"small.csv\"");
        table = replaced(table, "# features = ...", "features = [\"load\"]");
        table = replaced(table, "# target = ...", "target = [\"load\"]");
        write("pasted.toml", "name = \"pasted\"\n" + table);
      } else {
        const std::string target = "target = [\"load\"]";                        // some losses are of counts, which nothing may scale
        const std::string model = kind == "loss" ? "LSTMModel" : "LinearModel";  // quantiles and distributions need more than one value
        workflow((kind == "model" ? "" : "[model]\ntype = \"" + model + "\"\n") + stages,
                 kind == "loss" ? target + "\nscaler = \"none\"" : target);
        std::string text = read("workflow.toml");
        if (name == "slice_windows") text = replaced(text, "[stages.slice_windows]\nwindow = 24\nhorizon = 3\n", "");
        const bool needs_metrics = name == "visualize" || name == "final" || name == "backtest";
        if (name == "evaluate" || needs_metrics) text += "[stages.train]\n";
        if (needs_metrics) text += "[stages.evaluate]\n";
        if (name == "ensemble") text += "[stages.baselines]\n";
        write("pasted.toml", text + table);
      }
      const Finished validated = pipeline({"validate", "pasted.toml"});
      CHECK_MESSAGE(validated.status == 0, table, validated.err);
      ++checked;
    }
  }
  CHECK(checked > 20);
}

TEST_CASE_FIXTURE(WorkflowFixture, "describe says where a component is no part of a workflow, and knows kind/name") {
  const Finished toml = pipeline({"describe", "checkpoint", "--toml"});
  CHECK(toml.status == 2);
  CHECK(contains(toml.err, "checkpoint is a predictor, which is no part of a workflow file: describe it without --toml"));
  CHECK(contains(pipeline({"describe", "model/LSTMModel"}).out, "LSTMModel (model)"));
  CHECK(contains(pipeline({"describe", "LSTMModl"}).err, "there is no component \"LSTMModl\"; did you mean \"LSTMModel\"?"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "describe --json and plugins --json keep their members") {
  const Value lstm = from_json(pipeline({"describe", "LSTMModel", "--json"}).out, "describe --json");
  for (const char* member : {"kind", "name", "summary", "reference", "plugin", "version", "library", "options"}) CHECK(lstm.find(member));
  const Value& hidden = lstm.at("options").as_list().front();
  CHECK(hidden.at("name") == Value("hidden_size"));
  CHECK(hidden.at("type") == Value("integer"));
  CHECK(hidden.at("default") == Value(128));
  CHECK(hidden.at("minimum").as_double() == 1);
  CHECK(hidden.at("search").at("low").is_number());
  for (const char* member : {"doc", "takes", "required", "affects_result"}) CHECK(hidden.find(member));
  const Value libraries = from_json(pipeline({"plugins", "--json"}).out, "plugins --json");
  for (const char* member : {"name", "version", "path", "license", "description", "components", "usable"})
    CHECK(libraries.as_list().front().find(member));
}

TEST_CASE_FIXTURE(WorkflowFixture, "columns of a header are known as the run knows them") {
  std::string csv = "time,\" load \",\"two\nlines\"\n";
  for (int row = 0; row < 60; ++row) csv += "2024-01-01 " + std::string(row < 10 ? "00:0" : "00:") + std::to_string(row) + ",1.5,2\n";
  write("odd.csv", csv);
  const std::string tables = "[stages.preprocess]\nsource = \"odd.csv\"\ntime_column = \"time\"\n";
  write("odd.toml", tables + "features = [\" load \", \"two\\nlines\"]\ntarget = [\" load \"]\n");
  const Finished checked = pipeline({"validate", "odd.toml"});
  CHECK_MESSAGE(checked.status == 0, checked.err);
  const Finished ran = pipeline({"run", "odd.toml"});
  CHECK_MESSAGE(ran.status == 0, ran.err);
  write("odd.csv", "time;load\n");
  write("odd.toml", tables + "features = [\"load\"]\ntarget = [\"load\"]\n");
  CHECK(contains(pipeline({"validate", "odd.toml"}).err, "whose first line is one column here (write delimiter = \";\"?)"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a plugin folder that is not there is named") {
  workflow(small_training);
  write("workflow.toml", "plugins = { path = \"none\" }\n" + read("workflow.toml"));
  const Finished ran = run();
  CHECK(ran.status == 2);
  CHECK_MESSAGE(contains(ran.err, "does not exist: make it, or mend the path"), ran.err);
  const Finished listed = pipeline({"plugins", "--plugin-path", "nowhere"});
  CHECK(listed.status == 2);
  CHECK(contains(listed.err, "--plugin-path nowhere: no such folder"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "--set takes a stage's own list of callbacks away too") {
  workflow(std::string(small_training) + "[[stages.train.callbacks]]\ntype = \"EarlyStopping\"\nmonitor = \"val_loss\"\n");
  const Finished ran = run({"--until", "train", "--set", "callbacks=[]"});
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  CHECK_FALSE(json("runs/small/train/manifest.json").at("tables").find("callbacks"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a result that cannot be written to stdout is exit 1") {
  workflow(small_training);
  Program full("/bin/sh", {"-c", BUILD_DIR "/bin/pipeline plugins --json > /dev/full"}, path());
  const Finished ended = full.wait();
  CHECK(ended.status == 1);
  CHECK_MESSAGE(contains(ended.err, "the result could not be written to stdout: is its disk full?"), ended.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "LibTorch's waiting threads soon sleep, unless the user says how long they wait") {
  write("empty.ckpt", "");
  const auto spins = [&](const std::string& spin_count, const std::string& wait_policy) {
    const Finished shown =
        pipeline_program({"checkpoint", "show", "empty.ckpt"}, path(), {"OMP_DISPLAY_ENV=VERBOSE", spin_count, wait_policy});
    CHECK(shown.status == 5);  // LibTorch has been loaded, and libgomp has told its settings
    const std::string name = "GOMP_SPINCOUNT = '";
    const std::size_t at = shown.err.find(name);
    REQUIRE_MESSAGE(at != std::string::npos, shown.err);
    return shown.err.substr(at + name.size(), shown.err.find('\'', at + name.size()) - at - name.size());
  };
  CHECK(spins("GOMP_SPINCOUNT", "OMP_WAIT_POLICY") == "4000");
  CHECK(spins("GOMP_SPINCOUNT=123", "OMP_WAIT_POLICY") == "123");
  CHECK(spins("GOMP_SPINCOUNT", "OMP_WAIT_POLICY=passive") == "0");
}

TEST_CASE_FIXTURE(WorkflowFixture, "on a terminal of 80 columns help, tables and results wrap between words") {
  workflow(small_training);
  const std::string program = BUILD_DIR "/bin/pipeline ";
  for (const char* words :
       {"--help", "run --help", "describe ModelCheckpoint", "plugins", "run workflow.toml --quiet", "graph workflow.toml"}) {
    const Finished shown = Program("/usr/bin/script", {"-qec", "stty cols 80 rows 24; " + program + words + " 2>/dev/null", "/dev/null"},
                                   path(), {"TERM=dumb"})
                               .wait();
    REQUIRE_MESSAGE(shown.status == 0, std::string(words), shown.out, shown.err);
    std::istringstream lines(shown.out);
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      const bool one_word = line.find(' ', line.find_first_not_of(' ')) == std::string::npos;  // a path cannot be broken
      CHECK_MESSAGE((line.size() <= 80 || one_word), std::string(words), ": ", line);
    }
  }
  CHECK(contains(pipeline({"describe", "ModelCheckpoint"}).out, "save_top_k"));
  std::size_t longest = 0;
  std::istringstream whole(pipeline({"describe", "ModelCheckpoint"}).out);
  for (std::string line; std::getline(whole, line);) longest = std::max(longest, line.size());
  CHECK(longest > 80);  // another program gets whole lines
}

TEST_CASE_FIXTURE(WorkflowFixture, "the line of progress fits the terminal and leaves the cursor at its beginning") {
  workflow(small_training);
  const std::string command = "stty cols 60 rows 24; " BUILD_DIR "/bin/pipeline run workflow.toml --until train";
  const Finished shown = Program("/usr/bin/script", {"-qec", command, "/dev/null"}, path(), {"TERM=dumb"}).wait();
  REQUIRE_MESSAGE(shown.status == 0, shown.out);
  const std::size_t line = shown.out.find("Epoch 1/2 "), end = shown.out.find('\r', line);
  REQUIRE(end != std::string::npos);
  CHECK(end - line < 60);
  // The next message, or the next line, clears what a resized terminal has made of this one.
  CHECK_MESSAGE(shown.out.substr(end, 4) == "\r\033[J", shown.out);
}
