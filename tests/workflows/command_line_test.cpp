#include <doctest/doctest.h>

#include <regex>

#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

/// What bash offers for the last of `words`, as one line.
std::string completed(const WorkflowFixture& folder, const std::string& words) {
  const std::string bin = (std::filesystem::path(BUILD_DIR) / "bin").string();
  folder.write("complete.sh", "PATH=" + bin + ":$PATH\nsource <(pipeline completion bash)\nCOMP_WORDS=(" + words +
                                  ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_pipeline\necho \"${COMPREPLY[@]}\"\n");
  return Program("/bin/bash", {"complete.sh"}, folder.path()).wait().out;
}

/// One table of the workflow with all that `describe --toml` prints for a component.
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
        workflow((kind == "model" ? "" : "[model]\ntype = \"LinearModel\"\n") + stages);
        std::string text = read("workflow.toml");
        if (name == "slice_windows") text = replaced(text, "[stages.slice_windows]\nwindow = 24\nhorizon = 3\n", "");
        if (name == "evaluate" || name == "visualize") text += "[stages.train]\n";
        if (name == "visualize") text += "[stages.evaluate]\n";
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
