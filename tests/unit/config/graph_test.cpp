#include <doctest/doctest.h>

#include "pipeline/options.h"
#include "workspace.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string order_of(const CheckedWorkflow& checked) {
  std::string names;
  for (const StagePlan& stage : checked.workflow.stages) names += (names.empty() ? "" : " ") + stage.name;
  return names;
}

const std::string source = "source = \"data/a.csv\"\n";

}  // namespace

TEST_CASE("stages run in the order of their ports, ties as in the file") {
  const Workspace workspace;
  const CheckedWorkflow checked = check_text(
      "[model]\ntype = \"LSTMModel\"\n[stages.evaluate]\n[stages.second]\ntype = \"train\"\n[stages.first]\ntype = \"train\"\n"
      "[stages.slice_windows]\n[stages.preprocess]\n" +
      source);
  REQUIRE(mistakes_of(checked) == "");
  CHECK(order_of(checked) == "preprocess slice_windows second first evaluate");
  CHECK(stage_of(checked, "evaluate").sources ==
        std::vector<Source>{{"windows", "slice_windows"}, {"checkpoint", "second"}, {"checkpoint", "first"}});
  CHECK(stage_of(checked, "evaluate").written == 0);
}

TEST_CASE("a port of one with several producers asks for a choice") {
  const Workspace workspace;
  const std::string two =
      "[stages.a]\ntype = \"preprocess\"\n" + source + "[stages.b]\ntype = \"preprocess\"\n" + source + "[stages.slice_windows]\n";
  CHECK(mistakes_in(two) ==
        "w.toml:7:9: stage \"slice_windows\" takes one series, but a and b give one each: choose with inputs = { series = \"a\" }");
  const CheckedWorkflow chosen = check_text(two + "inputs = { series = \"b\" }\n");
  CHECK(mistakes_of(chosen) == "");
  CHECK(stage_of(chosen, "slice_windows").sources == std::vector<Source>{{"series", "b"}});
  CHECK(stage_of(chosen, "slice_windows").inputs == std::map<std::string, std::vector<std::string>>{{"series", {"b"}}});
}

TEST_CASE("inputs are checked: kinds, names and their outputs") {
  const Workspace workspace;
  const auto wrong = [](const std::string& inputs) { return mistakes_in(sound + "inputs = " + inputs + "\n"); };
  CHECK(wrong("{ checkpoint = \"train\" }") == "");
  CHECK(wrong("{ checkpoint = [\"train\"] }") == "");
  CHECK(wrong("{ checkpoint = \"trian\" }") == "w.toml:13:25: no stage is named \"trian\"; did you mean \"train\"?");
  CHECK(wrong("{ checkpoint = \"preprocess\" }") == "w.toml:13:25: stage \"preprocess\" gives no checkpoint; train does");
  CHECK(wrong("{ checkpiont = \"train\" }") == "w.toml:13:12: stage \"evaluate\" takes no \"checkpiont\"; did you mean \"checkpoint\"?");
  CHECK(wrong("{ checkpoint = 3 }") == "w.toml:13:25: inputs.checkpoint takes names of stages, got an integer");
  CHECK(wrong("\"train\"") == "w.toml:13:10: inputs names a stage for each kind, as in inputs = { checkpoint = \"train\" }");
  CHECK(mistakes_in(
            sound +
            "[stages.smooth]\ninputs = { series = \"smooth\" }\n[stages.slice_windows.inputs]\nseries = [\"smooth\", \"preprocess\"]\n") ==
        "w.toml:14:21: stage \"smooth\" cannot take its own series\n"
        "w.toml:16:10: stage \"slice_windows\" takes one series, not several");
}

TEST_CASE("a port that takes many can be restricted") {
  const Workspace workspace;
  const CheckedWorkflow checked =
      check_text(sound + "inputs.checkpoint = \"c\"\n[stages.b]\ntype = \"train\"\n[stages.c]\ntype = \"train\"\n");
  CHECK(mistakes_of(checked) == "");
  CHECK(stage_of(checked, "evaluate").sources == std::vector<Source>{{"windows", "slice_windows"}, {"checkpoint", "c"}});
}

TEST_CASE("a missing producer names the stage to add") {
  const Workspace workspace;
  CHECK(mistakes_in("[stages.slice_windows]\n") ==
        "w.toml:1:9: stage \"slice_windows\" needs series, which no stage gives: add one of [stages.preprocess] and [stages.smooth]");
  CHECK(mistakes_in("[stages.evaluate]\n[stages.slice_windows]\n[stages.preprocess]\n" + source) ==
        "w.toml:1:9: stage \"evaluate\" needs checkpoint, which no stage gives: add [stages.train]");
  workspace.write("X.npy", "");
  CHECK(mistakes_in("[stages.slice_windows]\nfeature_path = \"X.npy\"\n") == "");
}

TEST_CASE("a stage of an unknown type might give anything, so nothing is said to be missing") {
  const Workspace workspace;
  CHECK(mistakes_in("[stages.preproces]\n[stages.slice_windows]\n") ==
        "w.toml:1:9: no stage type is named \"preproces\": correct it or add type = \"...\"; did you mean \"preprocess\"?");
}

TEST_CASE("needs orders stages and nothing else") {
  const Workspace workspace;
  const std::string two = source + "[stages.other]\ntype = \"preprocess\"\n" + source;
  const CheckedWorkflow checked = check_text("[stages.preprocess]\nneeds = [\"other\"]\n" + two);
  CHECK(mistakes_of(checked) == "");
  CHECK(order_of(checked) == "other preprocess");
  CHECK(stage_of(checked, "preprocess").sources.empty());
  CHECK(order_of(check_text("[stages.preprocess]\nneeds = \"other\"\n" + two)) == "other preprocess");
  CHECK(mistakes_in("[stages.preprocess]\nneeds = [\"othr\"]\n" + two) ==
        "w.toml:2:10: no stage is named \"othr\"; did you mean \"other\"?");
  CHECK(mistakes_in("[stages.preprocess]\nneeds = [\"preprocess\"]\n" + two) == "w.toml:2:10: stage \"preprocess\" cannot need itself");
  CHECK(mistakes_in("[stages.preprocess]\nneeds = 3\n" + two) == "w.toml:2:9: needs takes names of stages, got an integer");
}

TEST_CASE("a circle is reported with its path") {
  const Workspace workspace;
  CHECK(mistakes_in(sound + "[stages.preprocess.x]\n").find("unknown option \"x\" of preprocess") != std::string::npos);
  CHECK(mistakes_in("[stages.a]\ntype = \"smooth\"\ninputs.series = \"c\"\n[stages.b]\ntype = \"smooth\"\ninputs.series = \"a\"\n"
                    "[stages.c]\ntype = \"smooth\"\ninputs.series = \"b\"\n[stages.d]\ntype = \"smooth\"\ninputs.series = \"c\"\n") ==
        "w.toml:1:9: stages wait for each other: a -> b -> c -> a; choose other inputs or needs");
}

TEST_CASE("columns are checked against the header line of the source file") {
  const Workspace workspace;
  const auto wrong = [&](const std::string& csv, const std::string& options) {
    workspace.write("data/a.csv", csv);
    return mistakes_in("[stages.preprocess]\n" + source + options);
  };
  CHECK(wrong("date,HUFL,OT\n", "features = [\"HUFL\", \"OT\"]\ntime_column = [\"date\"]\n") == "");
  CHECK(wrong("\xEF\xBB\xBF"
              "date,HUFL,OT\r\n1,2,3\r\n",
              "time_column = \"date\"\ntarget = \"OT\"\n") == "");
  CHECK(wrong("\"a, b\";\"say \"\"x\"\"\";c\n", "features = [\"a, b\", \"say \\\"x\\\"\", \"c\"]\n") == "");
  CHECK(wrong("a|b,c\n", "delimiter = \"|\"\nfeatures = [\"a\", \"b,c\"]\n") == "");
  CHECK(wrong("date,HUFL,OT\n", "time_column = \"dat\"\ntransform = { OTT = \"log\" }\n") ==
        "w.toml:3:15: no column \"dat\" in a.csv; did you mean \"date\"?\nw.toml:4:15: no column \"OTT\" in a.csv; did you mean \"OT\"?");
  CHECK(wrong("date,HUFL,OT\n", "features = [\"wind\"]\n") == "w.toml:3:13: no column \"wind\" in a.csv; there are date, HUFL and OT");
  CHECK(wrong("date,HUFL,OT\n", "features = [\"OT\", \"HUFL\", \"OT\"]\ntarget = \"OT\"\n") ==
        "w.toml:3:27: the column \"OT\" stands here twice");
  CHECK(wrong("", "features = [\"x\"]\n") == "");
}

TEST_CASE("a missing source file is reported with its whole path") {
  const Workspace workspace;
  CHECK(mistakes_in("[stages.preprocess]\nsource = \"data/b.csv\"\nfeatures = [\"x\"]\n") ==
        "w.toml:2:10: source: no such file: " + (workspace.folder() / "data/b.csv").string());
  CHECK(mistakes_in("[stages.preprocess]\nsource = \"\"\nfeatures = [\"x\"]\n") == "w.toml:2:10: source: is empty: name a file");
  CHECK(mistakes_in("[stages.preprocess]\nsource = \"data\"\nfeatures = [\"x\"]\n") ==
        "w.toml:2:10: source: is a folder, name a file in it: " + (workspace.folder() / "data").string());
  CHECK(mistakes_in("[stages.preprocess]\n") == "w.toml:1:9: preprocess: source is missing: it takes a string");
}
