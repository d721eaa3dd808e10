#include <doctest/doctest.h>

#include "workspace.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

const std::string stopping = "[[callbacks]]\ntype = \"EarlyStopping\"\npatience = 3\n[[callbacks]]\ntype = \"ProgressBar\"\n";

CheckedWorkflow sound_with(const std::string& more, const std::vector<std::string>& sets = {}) {
  CheckedWorkflow checked = check_text(sound + more, sets);
  CHECK(mistakes_of(checked) == "");
  return checked;
}

}  // namespace

TEST_CASE("a stage's own table is merged over the shared one key by key") {
  const Workspace workspace;
  const CheckedWorkflow checked = sound_with("[trainer]\nmax_epochs = 5\nmin_epochs = 2\n[stages.train.trainer]\nmax_epochs = 9\n");
  const StagePlan& train = stage_of(checked, "train");
  CHECK(train.tables.options("trainer").at("max_epochs") == Value(9));
  CHECK(train.tables.options("trainer").at("min_epochs") == Value(2));
  CHECK(to_string(train.origins.at("trainer.max_epochs")) == "stages.train.trainer at w.toml:17:14");
  CHECK(to_string(train.origins.at("trainer.min_epochs")) == "w.toml:15:14");
}

TEST_CASE("where a value came from is known by its kind, not by how it is written") {
  const Workspace workspace;
  workspace.write("stages.a at b.toml", "name = \"n\"\n" + sound + "[optimizer]\nlr = 0.5\n[stages.train.trainer]\nmax_epochs = 3\n");
  const CheckedWorkflow checked = check("stages.a at b.toml", {"loader.batch_size=4"});
  CHECK(mistakes_of(checked) == "");
  const std::map<std::string, Origin>& origins = stage_of(checked, "train").origins;
  CHECK(origins.at("optimizer.lr").kind == Origin::Kind::shared_table);
  CHECK(to_string(origins.at("optimizer.lr")) == "stages.a at b.toml:15:6");
  CHECK_FALSE(origins.at("optimizer.lr").goes_before_search());
  CHECK(origins.at("trainer.max_epochs").kind == Origin::Kind::own_table);
  CHECK(origins.at("trainer.max_epochs").goes_before_search());
  CHECK(origins.at("loader.batch_size").kind == Origin::Kind::command_line);
  CHECK(origins.at("loader.batch_size").goes_before_search());
  CHECK(origins.at("loader.shuffle").kind == Origin::Kind::component_default);
  CHECK_FALSE(origins.at("loader.shuffle").goes_before_search());
  CHECK(to_string(Origin{.kind = Origin::Kind::search, .giver = "optimize, trial 12"}) == "optimize, trial 12");
}

TEST_CASE("own tables can be written as dotted keys") {
  const Workspace workspace;
  const std::string text = sound + "[stages.more]\ntype = \"train\"\ntrainer.max_epochs = 10\nmodel.num_layers = 1\n";
  const CheckedWorkflow checked = check_text(text, {"stages.evaluate.inputs={checkpoint=[\"train\", \"more\"]}"});
  CHECK(mistakes_of(checked) == "");
  CHECK(stage_of(checked, "more").tables.options("trainer").at("max_epochs") == Value(10));
  CHECK(stage_of(checked, "more").tables.one("model").options.at("hidden_size") == Value(32));
  CHECK(stage_of(checked, "train").tables.options("trainer").at("max_epochs") == Value(80));
}

TEST_CASE("the same type merges, another type replaces the table") {
  const Workspace workspace;
  const CheckedWorkflow same = sound_with("[stages.train.model]\ntype = \"LSTMModel\"\nnum_layers = 1\n");
  CHECK(stage_of(same, "train").tables.one("model").options.at("hidden_size") == Value(32));
  const CheckedWorkflow other = sound_with("[stages.train.model]\ntype = \"LinearModel\"\n");
  CHECK(stage_of(other, "train").tables.one("model").type == "LinearModel");
  CHECK(stage_of(other, "train").tables.one("model").options == Value(Value::Map{{"bias", true}}));
}

TEST_CASE("defaults of type count: Adam is Adam whether written or not") {
  const Workspace workspace;
  const CheckedWorkflow same = sound_with("[optimizer]\nweight_decay = 0.5\n[stages.train.optimizer]\ntype = \"Adam\"\nlr = 0.1\n");
  CHECK(stage_of(same, "train").tables.one("optimizer").options.at("weight_decay") == Value(0.5));
  const CheckedWorkflow other = sound_with("[optimizer]\nweight_decay = 0.5\n[stages.train.optimizer]\ntype = \"SGD\"\n");
  CHECK(stage_of(other, "train").tables.one("optimizer").options.at("weight_decay") == Value(0.0));
}

TEST_CASE("a list of a stage replaces the shared list") {
  const Workspace workspace;
  const CheckedWorkflow checked = sound_with(stopping + "[[stages.train.callbacks]]\ntype = \"ProgressBar\"\n");
  CHECK(stage_of(checked, "train").tables.many("callbacks").size() == 1);
  const CheckedWorkflow shared = sound_with(stopping);
  const StagePlan& train = stage_of(shared, "train");
  REQUIRE(train.tables.many("callbacks").size() == 2);
  CHECK(train.tables.many("callbacks")[0].options.at("patience") == Value(3));
  CHECK(to_string(train.origins.at("callbacks.EarlyStopping.patience")) == "w.toml:15:12");
  CHECK(to_string(train.origins.at("callbacks.EarlyStopping.mode")) == "default");
}

TEST_CASE("a table in a stage that does not use it is a mistake") {
  const Workspace workspace;
  CHECK(mistakes_in(sound + "[stages.preprocess.model]\nhidden_size = 3\n") ==
        "w.toml:13:20: stage \"preprocess\" does not use [model]: leave it out");
  CHECK(mistakes_in(sound + "[stages.evaluate.trainer]\n") ==
        "w.toml:13:18: stage \"evaluate\" does not use [trainer]: leave it out, it uses loader");
}

TEST_CASE("a stage that trains needs a model") {
  const Workspace workspace;
  std::string text = sound;
  text.erase(text.find("[model]"), text.find("[stages.train]") - text.find("[model]"));
  CHECK(mistakes_in(text) ==
        "w.toml:8:9: stage \"train\" needs a model: add [model] with type = \"...\"; there are LSTMModel and LinearModel");
  CHECK(mistakes_in(text + "[model]\nhidden_size = 3\n") == "w.toml:10:2: model: add type = \"...\"; there are LSTMModel and LinearModel");
}

TEST_CASE("shared tables that no stage uses are checked, and a mistake in a table that many use is reported once") {
  const Workspace workspace;
  CHECK(mistakes_in("[stages.preprocess]\nsource = \"data/a.csv\"\n[trainer]\nmax_epochs = -7\n[loss]\ntype = \"Nope\"\n") ==
        "w.toml:4:14: [trainer]: max_epochs takes an integer of at least -1, got -7\n"
        "w.toml:6:8: unknown loss \"Nope\"; there are L1Loss and MSELoss");
  CHECK(mistakes_in(sound + "[loader]\nbatch_size = 0\n") == "w.toml:14:14: [loader]: batch_size takes an integer of at least 1, got 0");
}

TEST_CASE("a mistake in a table's shape says how to write the table") {
  const Workspace workspace;
  CHECK(mistakes_in(sound + "[callbacks]\ntype = \"EarlyStopping\"\n") ==
        "w.toml:13:2: callbacks is a list of tables: write [[callbacks]] above each");
  CHECK(mistakes_in("callbacks = [\"EarlyStopping\"]\n" + sound) ==
        "w.toml:1:14: callbacks: expected a table of options, got a string: write { type = \"EarlyStopping\" }");
  CHECK(mistakes_in("loss = \"L1Loss\"\n" + sound) ==
        "w.toml:1:8: loss: expected a table of options, got a string: write { type = \"L1Loss\" }");
  CHECK(mistakes_in("trainer = 3\n" + sound) == "w.toml:1:11: [trainer]: expected a table of options, got an integer");
  CHECK(mistakes_in(sound + "[[callbacks]]\npatience = 3\n") ==
        "w.toml:13:1: callbacks: add type = \"...\"; there are EarlyStopping and ProgressBar");
  CHECK(mistakes_in(sound + "[[callbacks]]\ntype = 3\n") == "w.toml:14:8: callbacks: type is the name of a callback");
}

TEST_CASE("--set reaches every level and takes precedence over files") {
  const Workspace workspace;
  const CheckedWorkflow checked =
      sound_with(stopping + "[stages.train.trainer]\nmax_epochs = 9\n",
                 {"trainer.max_epochs=3", "callbacks.0.patience=10", "callbacks.1.type=EarlyStopping", "seed=1", "model.hidden_size = 64",
                  "stages.slice_windows.window=5", "run_dir=out/x", "optimizer.lr=1e-2"});
  const StagePlan& train = stage_of(checked, "train");
  CHECK(train.tables.options("trainer").at("max_epochs") == Value(3));
  CHECK(to_string(train.origins.at("trainer.max_epochs")) == "--set");
  CHECK(train.tables.many("callbacks")[1].type == "EarlyStopping");
  CHECK(train.tables.one("model").options.at("hidden_size") == Value(64));
  CHECK(train.tables.one("optimizer").options.at("lr") == Value(0.01));
  CHECK(checked.workflow.settings.seed == 1);
  CHECK(checked.workflow.settings.run_dir == workspace.folder() / "out/x");
  CHECK(stage_of(checked, "slice_windows").options.at("window") == Value(5));
}

TEST_CASE("--set names an entry of a list by its type, else by its index") {
  const Workspace workspace;
  const auto patience = [](const CheckedWorkflow& c, std::size_t i) {
    return stage_of(c, "train").tables.many("callbacks").at(i).options.at("patience");
  };
  CHECK(patience(sound_with(stopping, {"callbacks.EarlyStopping.patience=10"}), 0) == Value(10));
  CHECK(patience(sound_with(stopping, {"callbacks.0.patience=10"}), 0) == Value(10));
  CHECK(patience(sound_with(stopping, {"stages.train.callbacks.EarlyStopping.patience=10"}), 0) == Value(10));
  const std::string own = "[[stages.train.callbacks]]\ntype = \"EarlyStopping\"\n";
  CHECK(patience(sound_with(stopping + own, {"callbacks.EarlyStopping.patience=10"}), 0) == Value(10));
  CHECK(patience(sound_with(own, {"callbacks.EarlyStopping.patience=10"}), 0) == Value(10));
  CHECK(mistakes_in(sound + stopping + stopping, {"callbacks.EarlyStopping.patience=10"}) ==
        "--set callbacks.EarlyStopping.patience: EarlyStopping stands there 2 times: name one by its index, callbacks.0 and callbacks.2");
  CHECK(mistakes_in(sound + stopping, {"callbacks.EarlyStoping.patience=10"}) ==
        "--set callbacks.EarlyStoping.patience: callbacks has no entry \"EarlyStoping\"; did you mean \"EarlyStopping\"?");
  CHECK(mistakes_in(sound + stopping, {"callbacks.2.patience=10"}) ==
        "--set callbacks.2.patience: callbacks has 2 entries, counted from 0");
  CHECK(mistakes_in(sound, {"callbacks.EarlyStopping.patience=10"}) ==
        "--set callbacks.EarlyStopping.patience: there are no callbacks: add [[callbacks]] to the workflow");
}

TEST_CASE("--set takes TOML values, and bare words as strings") {
  const Workspace workspace;
  CHECK(sound_with("", {"split=[20, 5, 5]"}).workflow.settings.split == Value(Value::List{20, 5, 5}));
  CHECK(sound_with("", {"split=[2017-01-01, 2018-01-01]"}).workflow.settings.split == Value(Value::List{"2017-01-01", "2018-01-01"}));
  CHECK(sound_with("", {"name=\"x.y\""}).workflow.name == "x.y");
  CHECK(sound_with("", {"name=x.y"}).workflow.name == "x.y");
  CHECK(stage_of(sound_with("", {"model.type=LinearModel"}), "train").tables.one("model").type == "LinearModel");
  CHECK(stage_of(sound_with("", {"model.bias=false", "model.type=LinearModel"}), "train").tables.one("model").options.at("bias") ==
        Value(false));
  CHECK(stage_of(sound_with("", {"callbacks=[{type=\"ProgressBar\"}]"}), "train").tables.many("callbacks").size() == 1);
  workspace.write("other/b.csv", "date,HUFL,OT\n");
  const CheckedWorkflow moved = sound_with("", {"stages.preprocess.source=other/b.csv"});
  CHECK(moved.workflow.stages[0].options.at("source") == Value((workspace.folder() / "other/b.csv").string()));
}

TEST_CASE("a --set for an unknown name is reported with the nearest one") {
  const Workspace workspace;
  const auto wrong = [](const std::string& set) { return mistakes_in(sound, {set}); };
  CHECK(wrong("trainer.max_epochs") == "--set trainer.max_epochs: write --set KEY=VALUE, as in --set trainer.max_epochs=10");
  CHECK(wrong("=3") == "--set: write --set KEY=VALUE, as in --set trainer.max_epochs=10");
  CHECK(wrong("a..b=3") == "--set: write --set KEY=VALUE, as in --set trainer.max_epochs=10");
  CHECK(wrong("postgresql://me:secret@db/tuning?sslmode=require") == "--set: write --set KEY=VALUE, as in --set trainer.max_epochs=10");
  CHECK(wrong("trainr.max_epochs=3") == "--set trainr.max_epochs: unknown key \"trainr\"; did you mean \"trainer\"?");
  CHECK(wrong("trainer.max_epoch=3") == "--set trainer.max_epoch: unknown option \"max_epoch\" of [trainer]; did you mean \"max_epochs\"?");
  CHECK(wrong("stages.trian.trainer.max_epochs=3") ==
        "--set stages.trian.trainer.max_epochs: no stage is named \"trian\"; did you mean \"train\"?");
  CHECK(wrong("slice_windows.window=1") == "--set slice_windows.window: the key is stages.slice_windows.window");
  CHECK(wrong("train.max_epochs=1") == "--set train.max_epochs: max_epochs: write `trainer.max_epochs`");  // that key works
  CHECK(wrong("train.trainer.max_epochs=1") == "--set train.trainer.max_epochs: the key is stages.train.trainer.max_epochs");
  CHECK(wrong("window=1") == "--set window: the key is stages.slice_windows.window");
  CHECK(wrong("hidden_size=1") == "--set hidden_size: the key is model.hidden_size");
  CHECK(wrong("LSTMModel.hidden_size=1") == "--set LSTMModel.hidden_size: the key is model.hidden_size");
  CHECK(wrong("lr=1") == "--set lr: lr: write `lr` in [optimizer]");
  CHECK(wrong("stages=3") == "--set stages: name a stage, as in stages.train.trainer.max_epochs=10");
  CHECK(wrong("seed.x=3").starts_with("--set seed.x: seed takes an integer of at least 0 and at most "));
  CHECK(wrong("model.hidden_size.x=3") == "--set model.hidden_size.x: model.hidden_size is no table, it has nothing named \"x\"");
  CHECK(wrong("split=[1, 2") == "--set split: the value is no TOML; does the shell take its quotes away?");
  CHECK(wrong("extends=x.toml") == "--set extends: extends cannot be set here");
  CHECK(wrong("model.hidden_size=big") ==
        "--set model.hidden_size: LSTMModel: hidden_size takes an integer of at least 1, got a string (\"big\")");
  const std::string callbacks = "[[callbacks]]\ntype = \"EarlyStopping\"\n";
  CHECK(mistakes_in(sound + callbacks, {"EarlyStopping.patience=1"}) ==
        "--set EarlyStopping.patience: the key is callbacks.EarlyStopping.patience");
  CHECK(mistakes_in(sound + callbacks + callbacks, {"EarlyStopping.patience=1"}).starts_with("--set EarlyStopping.patience: unknown key"));
  CHECK(mistakes_in(sound + "[slice_windows]\nwindow = 3\n") == "w.toml:13:2: slice_windows is a stage: write [stages.slice_windows]");
}
