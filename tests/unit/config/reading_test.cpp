#include <doctest/doctest.h>

#include <cstdlib>

#include "config/reader.h"
#include "pipeline/errors.h"
#include "workspace.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string failure(const std::string& file) {
  try {
    (void)read_workflow({file, {}});
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::usage);
    return error.what();
  }
  return "read";
}

std::string syntax(const std::string& text) {
  try {
    (void)parse_toml(text, "w.toml");
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::usage);
    return error.what();
  }
  return "read";
}

}  // namespace

TEST_CASE("a syntax error is reported at its place in plain words") {
  CHECK(syntax("a = 1\nb = LSTMModel\n") == "w.toml:2:5: this is no TOML value; texts stand in quotes: \"...\"");
  CHECK(syntax("a = 1\na = 2\n") == "w.toml:2:5: not TOML: given twice: integer 'a'");
  CHECK(syntax("[a]\n[a]\n").starts_with("w.toml:2:1: not TOML: table header: given twice: table 'a'"));
  CHECK(syntax("a = [1, 2\n").find("w.toml:") == 0);
  CHECK(syntax("a = \"x\n").find("closing quote") != std::string::npos);
}

TEST_CASE("a file that is no workflow is refused") {
  CHECK(syntax(std::string("\x7f"
                           "ELF\0\1\2",
                           7)) == "w.toml:1:1: this is no text file");
  CHECK(syntax("\xff\xfe\x41").starts_with("w.toml:1:1: not TOML: this is no UTF-8 text"));
  CHECK(syntax("a = " + std::string(100000, '[')).find("depth") != std::string::npos);
  std::string deep;
  for (int i = 0; i < 300000; ++i) deep += "a.";
  CHECK(syntax(deep + "a = 1").ends_with("a key of that many parts is not read"));
  CHECK(syntax("[" + deep + "a]").ends_with("a key of that many parts is not read"));
  CHECK(syntax("a = \"" + std::string(1000, '.') + "\" # " + std::string(1000, '.') + "\n") == "read");
  const Workspace workspace;
  CHECK(failure(".") == ". is a folder; name the workflow's .toml file");
  CHECK(failure("/dev/null") == "/dev/null is no regular file");
}

TEST_CASE("random damage to a workflow only causes located messages") {
  const Workspace workspace;
  std::uint32_t state = 12345;
  const auto next = [&](std::size_t below) { return (state = state * 1664525u + 1013904223u) / 65536 % below; };
  for (int round = 0; round < 400; ++round) {
    std::string text = sound + "[[callbacks]]\ntype = \"EarlyStopping\"\npatience = 3\n";
    for (std::size_t i = 0; i <= next(6); ++i) {
      const std::size_t at = next(text.size());
      const std::string pieces = "[]{}.=\"',\n#0a";
      if (next(2) == 0) text.erase(at, next(12));
      text.insert(std::min(at, text.size()), 1, pieces[next(pieces.size())]);
    }
    const std::string found = mistakes_in(text);
    CHECK((found.empty() || found.find("w.toml:") != std::string::npos));
  }
}

TEST_CASE("a missing file is reported with the nearest name beside it") {
  const Workspace workspace;
  workspace.write("quickstart.toml", "");
  CHECK(failure("quikstart.toml") ==
        "no workflow file " + (workspace.folder() / "quikstart.toml").string() + "; did you mean \"quickstart.toml\"?");
  CHECK(failure("other/x.toml") == "no workflow file " + (workspace.folder() / "other/x.toml").string());
}

TEST_CASE("an empty file has no stage") {
  const Workspace workspace;
  CHECK(mistakes_in("").starts_with("w.toml:1:1: the workflow has no stage: add [stages.NAME]; there are evaluate, optimize, preprocess"));
}

TEST_CASE("tables keep the order they are written in") {
  const Node root = parse_toml("z = 1\n[stages.b]\n[stages.a]\n[m]\n", "w.toml");
  CHECK(root.table()[0].first == "z");
  CHECK(root.find("stages")->table()[0].first == "b");
  CHECK(to_string(root.find("stages")->find("a")->key) == "w.toml:3:9");
}

TEST_CASE("a base is merged key by key, lists are replaced, and mistakes name the file they stand in") {
  const Workspace workspace;
  workspace.write("flows/base.toml", sound + "[trainer]\nmax_epochs = 5\nmin_epochs = 2\n[[callbacks]]\ntype = \"EarlyStopping\"\n");
  workspace.write("data/a.csv", "date,HUFL,OT\n");
  workspace.write("flows/data/a.csv", "date,HUFL,OT\n");
  workspace.write("flows/w.toml", "extends = \"base.toml\"\ntrainer.max_epochs = 7\n[[callbacks]]\ntype = \"ProgressBar\"\n");
  const CheckedWorkflow checked = check("flows/w.toml");
  REQUIRE(mistakes_of(checked) == "");
  const StagePlan& train = stage_of(checked, "train");
  CHECK(train.tables.options("trainer").at("max_epochs") == Value(7));
  CHECK(train.tables.options("trainer").at("min_epochs") == Value(2));
  CHECK(to_string(train.origins.at("trainer.max_epochs")) == "flows/w.toml:2:22");
  CHECK(to_string(train.origins.at("trainer.min_epochs")) == "flows/base.toml:15:14");
  REQUIRE(train.tables.many("callbacks").size() == 1);
  CHECK(train.tables.many("callbacks")[0].type == "ProgressBar");
  CHECK(checked.workflow.name == "w");
  CHECK(checked.workflow.files ==
        std::vector<std::filesystem::path>{workspace.folder() / "flows/w.toml", workspace.folder() / "flows/base.toml"});

  workspace.write("flows/v.toml", "extends = \"base.toml\"\n[model]\nhidden_size = 0\n[trainer]\nmin_epochs = -3\n");
  workspace.write("flows/base.toml", sound + "[trainer]\nmax_epoch = 5\n");
  CHECK(mistakes_of(check("flows/v.toml")) ==
        "flows/base.toml:14:1: unknown option \"max_epoch\" of [trainer]; did you mean \"max_epochs\"?\n"
        "flows/v.toml:3:15: LSTMModel: hidden_size takes an integer of at least 1, got 0\n"
        "flows/v.toml:5:14: [trainer]: min_epochs takes an integer of at least 0, got -3");
}

TEST_CASE("another type in the extending file replaces the table") {
  const Workspace workspace;
  workspace.write("base.toml", sound);
  const CheckedWorkflow checked = check_text("extends = \"base.toml\"\n[model]\ntype = \"LinearModel\"\n");
  CHECK(mistakes_of(checked) == "");
  CHECK(stage_of(checked, "train").tables.one("model").options == Value(Value::Map{{"bias", true}}));
}

TEST_CASE("bases chain, and a circle, a missing base or a base of another type is a located mistake") {
  const Workspace workspace;
  workspace.write("a.toml", sound);
  workspace.write("b.toml", "extends = \"a.toml\"\nseed = 7\n");
  CHECK(check_text("extends = \"b.toml\"\n").workflow.settings.seed == 7);
  workspace.write("a.toml", "extends = \"w.toml\"\n");
  CHECK(mistakes_in("extends = \"b.toml\"\n") ==
        "a.toml:1:11: the files extend each other in a circle: w.toml -> b.toml -> a.toml -> w.toml");
  CHECK(mistakes_in("extends = \"bb.toml\"\n") ==
        "w.toml:1:11: no workflow file " + (workspace.folder() / "bb.toml").string() + "; did you mean \"b.toml\"?");
  CHECK(mistakes_in("extends = 3\n").starts_with("w.toml:1:11: extends takes the name of one workflow file"));
  workspace.write("b.toml", "x = \n");
  CHECK(mistakes_in("extends = \"b.toml\"\n").starts_with("b.toml:1:"));
}

TEST_CASE("environment variables are replaced in strings") {
  const Workspace workspace;
  setenv("PIPELINE_TEST_DATA", "data", 1);
  unsetenv("PIPELINE_TEST_UNSET");
  std::string text = sound;
  text.replace(text.find("data/a.csv"), 10, "${env:PIPELINE_TEST_DATA}/${env:PIPELINE_TEST_UNSET:-a}.csv");
  CHECK(mistakes_in(text) == "");
  CHECK(check_text("run_dir = \"$${env:X}\"\n" + sound).workflow.settings.run_dir.filename() == "${env:X}");
  text.replace(text.find(":-a"), 3, "");
  CHECK(mistakes_in(text) ==
        "w.toml:2:10: the environment variable PIPELINE_TEST_UNSET is not set; set it, or give a default: "
        "${env:PIPELINE_TEST_UNSET:-default}");
  CHECK(mistakes_in("device = \"${HOME}\"\n" + sound) ==
        "w.toml:1:10: \"${HOME}\" is not replaced: write \"${env:HOME}\" for the environment's value, or \"$${HOME}\" for the text "
        "itself");
  CHECK(mistakes_in("device = \"${env:X\"\n" + sound) == "w.toml:1:10: \"${env:\" without its closing \"}\"");
}
