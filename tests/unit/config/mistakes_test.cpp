#include <doctest/doctest.h>

#include "base/cuda_devices.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "workspace.h"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("eight different mistakes are reported together, each with its place, in order") {
  const Workspace workspace;
  workspace.write("w.toml", read_text(SOURCE_DIR "/tests/fixtures/config/eight_mistakes.toml"));
  CHECK(mistakes_of(check("w.toml")) ==
        "w.toml:2:8: \"eight mistakes\" cannot be the workflow's name: letters, digits, '.', '_' and '-' name a folder\n"
        "w.toml:3:10: device is \"auto\", \"cpu\", \"cuda\" or \"cuda:N\", got \"gpu\"; did you mean \"cuda\"?\n"
        "w.toml:4:1: batch_size: write `batch_size` in [loader]\n"
        "w.toml:9:21: no column \"OTT\" in a.csv; did you mean \"OT\"?\n"
        "w.toml:13:10: slice_windows: window takes an integer of at least 1, got 0\n"
        "w.toml:16:8: unknown model \"LSTMModle\"; did you mean \"LSTMModel\"?\n"
        "w.toml:19:22: [trainer]: max_epochs takes an integer of at least -1, got a string (\"ten\")\n"
        "w.toml:24:1: unknown option \"patiense\" of EarlyStopping; did you mean \"patience\"?");
}

TEST_CASE("a sound workflow has no mistakes, its stages in order with every option filled in") {
  const Workspace workspace;
  const CheckedWorkflow checked = check_text(sound);
  REQUIRE(mistakes_of(checked) == "");
  const Workflow& w = checked.workflow;
  CHECK(w.name == "w");
  CHECK(w.file == workspace.folder() / "w.toml");
  REQUIRE(w.stages.size() == 4);
  CHECK(w.stages[0].name == "preprocess");
  CHECK(w.stages[3].name == "evaluate");
  CHECK(w.stages[0].options.at("source") == Value((workspace.folder() / "data/a.csv").string()));
  CHECK(w.stages[1].options.at("horizon") == Value(1));
  const StagePlan& train = w.stages[2];
  CHECK(train.tables.one("model").type == "LSTMModel");
  CHECK(train.tables.one("model").options.at("hidden_size") == Value(32));
  CHECK(train.tables.one("loss").type == "MSELoss");
  CHECK(train.tables.one("optimizer").type == "Adam");
  CHECK(train.tables.one("scheduler").type.empty());
  CHECK(train.tables.options("trainer").at("max_epochs") == Value(80));
  CHECK(to_string(train.origins.at("model.hidden_size")) == "w.toml:10:15");
  CHECK(to_string(train.origins.at("model.num_layers")) == "default");
  CHECK(to_string(train.origins.at("optimizer.type")) == "default");
  CHECK(to_string(w.stages[1].origins.at("window")) == "w.toml:7:10");
  CHECK(w.stages[3].tables.one("model").type.empty());
  CHECK(w.stages[3].tables.options("loader").at("batch_size") == Value(32));
}

TEST_CASE("the top of the workflow has defaults") {
  const Workspace workspace;
  const RunSettings s = check_text(sound).workflow.settings;
  CHECK(s.seed == 3407);
  CHECK(s.matmul_precision == "medium");
  CHECK(s.device == "auto");
  CHECK(s.threads == 0);
  CHECK(s.run_dir == workspace.folder() / "runs");
  CHECK(s.log_dir == workspace.folder() / "lightning_logs");
  CHECK(s.workflow_file == workspace.folder() / "w.toml");
  CHECK(s.split == Value(Value::List{0.7, 0.15, 0.15}));
}

TEST_CASE("run_dir is relative to the current folder, paths of options to the file they stand in") {
  const Workspace workspace;
  workspace.write("flows/w.toml",
                  "run_dir = \"out\"\n[plugins]\npath = [\"more\", \"/abs\"]\n[stages.preprocess]\nsource = \"../data/a.csv\"\n");
  const CheckedWorkflow checked = check("flows/w.toml");
  CHECK(mistakes_of(checked) == "");
  CHECK(checked.workflow.settings.run_dir == workspace.folder() / "out");
  CHECK(checked.workflow.stages[0].options.at("source") == Value((workspace.folder() / "data/a.csv").string()));
  CHECK(checked.workflow.plugin_paths == std::vector<std::filesystem::path>{workspace.folder() / "flows/more", "/abs"});
}

TEST_CASE("the scalars at the top are checked") {
  const Workspace workspace;
  const auto wrong = [](const std::string& line) { return mistakes_in(line + "\n" + sound); };
  CHECK(wrong("device = \"cuda:12\"").find("device is") == std::string::npos);
  CHECK(wrong("device = \"cuda:999\"") ==
        "w.toml:1:10: device = \"cuda:999\": CUDA devices on this machine: " + std::to_string(cuda_devices()) + "; write auto or cpu");
  CHECK(wrong("device = \"cuda:x\"") == "w.toml:1:10: device is \"auto\", \"cpu\", \"cuda\" or \"cuda:N\", got \"cuda:x\"");
  CHECK(wrong("device = \"cuda:1234\"").starts_with("w.toml:1:10: device is"));
  CHECK(wrong("threads = 4") == "");
  CHECK(wrong("threads = 0") == "w.toml:1:11: threads takes \"auto\" or a number of at least 1, got 0");
  CHECK(wrong("threads = \"many\"") == "w.toml:1:11: threads takes \"auto\" or a number of at least 1, got \"many\"");
  CHECK(wrong("seed = -1").starts_with("w.toml:1:8: seed takes an integer of at least 0 and at most "));
  CHECK(wrong("seed = 4294967295") == "");
  CHECK(wrong("matmul_precision = \"low\"").starts_with("w.toml:1:20: matmul_precision takes one of highest, high, medium, got \"low\""));
  CHECK(wrong("log_dir = \"\"") == "w.toml:1:11: log_dir is empty: name a folder");
  CHECK(wrong("name = \"..\"").starts_with("w.toml:1:8: \"..\" cannot be the workflow's name"));
  CHECK(wrong("nmae = 1") == "w.toml:1:1: unknown key \"nmae\"; did you mean \"name\"?");
  CHECK(wrong("plugins = 3") == "w.toml:1:11: plugins is a table: write [plugins] and below it path = \"...\"");
  CHECK(wrong("plugins.paths = 3") == "w.toml:1:9: unknown option \"paths\" of [plugins]; there is only path");
  CHECK(wrong("plugins.path = 3") == "w.toml:1:16: [plugins] path takes a folder or a list of folders, got an integer");
  CHECK(wrong("seed = \"x\"\nsplit = 3").find("w.toml:2:9: split takes three fractions") != std::string::npos);
}

TEST_CASE("split takes three fractions, three counts or two times") {
  const Workspace workspace;
  const auto wrong = [](const std::string& split) { return mistakes_in("split = " + split + "\n" + sound); };
  CHECK(wrong("[0.6, 0.2, 0.1]") == "");
  CHECK(wrong("[0.7, 0.1, 0.2]") == "");
  CHECK(wrong("[60, 20, 20]") == "");
  CHECK(wrong("[60, 20, 21]") ==
        "w.toml:8:10: slice_windows: split asks for 101 rows where there are 100; write smaller counts, or fractions");
  CHECK(wrong("[\"2017-01-01\", \"2017-06-01 12:00\"]") == "");
  CHECK(wrong("[2017-01-01, 2017-06-01T12:00:00Z]") == "");
  CHECK(wrong("[\"2017-01-01T06:00\", \"2018-01-01 06:00:00.25+02:00\"]") == "");
  CHECK(wrong("[\"2017-01-01\", \"2018-01-01 6 am\"]").starts_with("w.toml:1:9: split: \"2018-01-01 6 am\" is no time"));
  CHECK(wrong("[0.7, 0.2, 0.2]").starts_with("w.toml:1:9: split: the fractions sum to 1.1"));
  CHECK(wrong("[0.7, -0.2, 0.2]") == "w.toml:1:9: split: a fraction is between 0 and 1");
  CHECK(wrong("[100, 0, 10]") == "w.toml:1:9: split: three integers are counts of rows, each at least 1");
  CHECK(wrong("[0.7, 0.3]").starts_with("w.toml:1:9: split takes three fractions"));
  CHECK(wrong("[\"2018-01-01\", \"2017-01-01\"]") == "w.toml:1:9: split: val must begin before test");
  CHECK(wrong("[\"soon\", \"later\"]").starts_with("w.toml:1:9: split: \"soon\" is no time"));
  CHECK(wrong("[nan, 0.1, 0.1]") == "w.toml:1:9: split: a fraction is between 0 and 1");
}

TEST_CASE("words of Lightning and Optuna get the cure") {
  const Workspace workspace;
  const auto wrong = [](const std::string& more) { return mistakes_in(sound + more); };
  CHECK(wrong("[trainer]\naccelerator = \"gpu\"\n") == "w.toml:14:1: accelerator: write `device` at the top");
  CHECK(wrong("[trainer]\nprecision = 16\n") == "w.toml:14:13: [trainer]: precision takes one of 32-true, bf16-mixed, got an integer (16)");
  CHECK(wrong("precision = 16\n").ends_with("precision: write `precision` in [trainer], or `matmul_precision` at the top"));
  CHECK(wrong("[trainer]\nenable_model_summary = false\n") ==
        "w.toml:14:1: enable_model_summary: write [[callbacks]] with type = \"ModelSummary\", or leave it out");
  CHECK(wrong("[trainer]\nlogger = true\n") == "w.toml:14:1: logger: write [[loggers]] tables");
  CHECK(wrong("[trainer]\nnum_epochs = 3\n") == "w.toml:14:1: num_epochs: write `max_epochs` in [trainer]");
  CHECK(wrong("[stages.train.model]\nlr = 0.1\ninput_size = 7\n") ==
        "w.toml:14:1: lr: write `lr` in [optimizer]\nw.toml:15:1: input_size: it follows from the data, leave it out");
  CHECK(mistakes_in("accelerator = \"gpu\"\ndefault_root_dir = \"x\"\nepochs = 3\n" + sound) ==
        "w.toml:1:1: accelerator: write `device` at the top\n"
        "w.toml:2:1: default_root_dir: write `log_dir` at the top\n"
        "w.toml:3:1: epochs: write `max_epochs` in [trainer]");
  CHECK(mistakes_in(sound, {"batch_size=3"}) == "--set batch_size: batch_size: write `batch_size` in [loader]");
}

TEST_CASE("unknown stages and components are reported with the nearest name") {
  const Workspace workspace;
  CHECK(mistakes_in("[stages.preproces]\n") ==
        "w.toml:1:9: no stage type is named \"preproces\": correct it or add type = \"...\"; did you mean \"preprocess\"?");
  CHECK(mistakes_in("[stages.train_cnn]\nmodel.type = \"Nothing\"\n") ==
        "w.toml:1:9: no stage type is named \"train_cnn\": correct it or add type = \"...\"; did you mean \"train\"?\n"
        "w.toml:2:14: unknown model \"Nothing\"; there are LSTMModel and LinearModel");
  CHECK(mistakes_in(sound, {"model.type=LSTM"}) == "--set model.type: unknown model \"LSTM\"; did you mean \"LSTMModel\"?");
  CHECK(mistakes_in("[stages.x]\ntype = \"trian\"\n") == "w.toml:2:8: unknown stage type \"trian\"; did you mean \"train\"?");
  CHECK(mistakes_in("[stages.x]\ntype = 3\n") == "w.toml:2:8: stage \"x\": type is the name of a stage type");
  CHECK(mistakes_in("[[stages.train]]\n").starts_with("w.toml:1:10: stage \"train\" is no table: write [stages.train], not [[...]]"));
  CHECK(mistakes_in("[stages.\"a b\"]\ntype = \"smooth\"\n").starts_with("w.toml:1:9: \"a b\" cannot name a stage's folder"));
  CHECK(mistakes_in("stages = 3\n") == "w.toml:1:10: stages are tables: write [stages.NAME] for each");
  CHECK(mistakes_in(sound + "[scheduler]\ntype = \"Plateau\"\n") == "w.toml:14:8: unknown scheduler \"Plateau\"; there is only StepLR");
  CHECK(mistakes_in(sound + "[loss]\ntype = \"mse\"\n") == "w.toml:14:8: unknown loss \"mse\"; did you mean \"MSELoss\"?");
  CHECK(mistakes_in(sound + "[loss]\ntype = \"MAELoss\"\n") == "w.toml:14:8: unknown loss \"MAELoss\"; did you mean \"L1Loss\"?");
}

TEST_CASE("without any plugin, the missing plugins are reported") {
  const Workspace workspace;
  workspace.write("w.toml", sound);
  const Registry nothing;
  const std::string text = mistakes_of(check_workflow(read_workflow({"w.toml", {}}), nothing));
  CHECK(text.find("w.toml:1:9: no stage type is named \"preprocess\": correct it or add type = \"...\"; no plugin gives one") == 0);
  CHECK(text.find("w.toml:9:8: unknown model \"LSTMModel\"; no plugin gives one") != std::string::npos);
}

TEST_CASE("secrets are collected and stay out of messages and of the resolved text") {
  const Workspace workspace;
  const std::string logger = sound + "[[loggers]]\ntype = \"RemoteLogger\"\ntoken = ";
  const CheckedWorkflow checked = check_text(logger + "\"s3cret\"\n");
  CHECK(mistakes_of(checked) == "");
  CHECK(checked.workflow.secrets == std::set<std::string>{"s3cret"});
  CHECK(checked.workflow.settings.workflow_text.find("RemoteLogger") != std::string::npos);
  CHECK(checked.workflow.settings.workflow_text.find("s3cret") == std::string::npos);
  CHECK(stage_of(checked, "train").tables.many("loggers")[0].options.at("token") == Value("s3cret"));
  CHECK(mistakes_in(logger + "\"s3cret\"\n", {"loggers.RemoteLogger.token=12345"}) ==
        "--set loggers.RemoteLogger.token: RemoteLogger: token takes a string (the value is a secret and is not shown)");
  CHECK(mistakes_in(logger + "12345\n") == "w.toml:15:9: RemoteLogger: token takes a string (the value is a secret and is not shown)");
}

TEST_CASE("windows that the file's rows cannot hold are a mistake of the window") {
  const Workspace workspace;
  const auto wrong = [](const std::string& split, const std::string& window) {
    std::string text = sound;
    text.replace(text.find("window = 10"), 11, window);
    return mistakes_in("split = " + split + "\n" + text);
  };
  const std::string place = "w.toml:8:10: slice_windows: no window fits into the ";
  CHECK(wrong("[0.7, 0.15, 0.15]", "window = 69") == "");
  CHECK(wrong("[0.7, 0.15, 0.15]", "window = 70") ==
        place +
            "train split: it has at most 70 rows where window = 70 and horizon = 1 need 71 in a row, 1 of them in the split; write a "
            "smaller window or horizon, or change split");
  CHECK(wrong("[0.7, 0.15, 0.15]", "window = 10\nhorizon = 16").starts_with(place + "val split: it has at most 15 rows"));
  CHECK(wrong("[70, 20, 5]", "window = 10\nhorizon = 6").starts_with(place + "test split: it has at most 5 rows"));
  CHECK(wrong("[\"2016-08-01\", \"2016-09-01\"]", "window = 700") == "");
}

TEST_CASE("times of split need a time column") {
  const Workspace workspace;
  std::string text = sound;
  text.erase(text.find("time_column"), text.find("features") - text.find("time_column"));
  CHECK(mistakes_in("split = [\"2017-01-01\", \"2018-01-01\"]\n" + text) ==
        "w.toml:1:9: split names times, and stage \"preprocess\" has no time_column");
}

TEST_CASE("sizes that would overflow or fill the memory are mistakes with their place") {
  const Workspace workspace;
  std::string text = sound;
  text.replace(text.find("window = 10"), 11, "window = 9223372036854775807");
  text.replace(text.find("hidden_size = 32"), 16, "hidden_size = 2147483648\nnum_layers = -9223372036854775808");
  CHECK(mistakes_in(text) ==
        "w.toml:7:10: slice_windows: window takes an integer of at most 1000000000, got 9223372036854775807\n"
        "w.toml:10:15: LSTMModel: hidden_size takes an integer of at most 1000000000, got 2147483648\n"
        "w.toml:11:14: LSTMModel: num_layers takes an integer of at least 1, got -9223372036854775808");
}
