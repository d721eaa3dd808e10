#include <doctest/doctest.h>

#include "pipeline/search/search_space.h"
#include "workspace.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

/// `sound` has 12 lines, so the first range is in line 14.
std::string searching(const std::string& ranges) { return sound + "[stages.optimize.search]\n" + ranges; }

Value space_of(const CheckedWorkflow& checked) {
  CHECK(mistakes_of(checked) == "");
  return stage_of(checked, "optimize").options.at("search");
}

std::string mistake_in(const std::string& ranges) { return mistakes_in(searching(ranges)); }

}  // namespace

TEST_CASE("ranges are completed in the option's type, and keep their order") {
  const Workspace workspace;
  const CheckedWorkflow checked =
      check_text(searching("\"optimizer.lr\" = { low = 1, high = 2 }\n"
                           "\"model.hidden_size\" = { low = 32, high = 128, step = 16, name = \"hidden\" }\n"
                           "\"model.dropout\" = { choices = [0, 0.5] }\n"));
  const Value space = space_of(checked);
  CHECK(space.at("optimizer.lr") == Value(Value::Map{{"low", 1.0}, {"high", 2.0}}));
  CHECK(space.at("model.hidden_size") == Value(Value::Map{{"low", 32}, {"high", 128}, {"step", 16}, {"name", "hidden"}}));
  CHECK(space.at("model.dropout").at("choices") == Value(Value::List{0.0, 0.5}));
  CHECK(stage_of(checked, "optimize").options.at("search_order") ==
        Value(Value::List{"optimizer.lr", "model.hidden_size", "model.dropout"}));
}

TEST_CASE("an empty range is the option's own; a switch is searched over both") {
  const Workspace workspace;
  const Value space = space_of(check_text(searching("\"optimizer.lr\" = {}\n\"slice_windows.window\" = {}\n\"loader.shuffle\" = {}\n")));
  CHECK(space.at("optimizer.lr") == Value(Value::Map{{"low", 1e-5}, {"high", 0.1}, {"log", true}}));
  CHECK(space.at("slice_windows.window") == Value(Value::Map{{"low", 16}, {"high", 128}, {"step", 16}}));
  CHECK(space.at("loader.shuffle").at("choices") == Value(Value::List{false, true}));
}

TEST_CASE("bare keys and a list of choices are taken too") {
  const Workspace workspace;
  const Value space =
      space_of(check_text(searching("model.hidden_size = { low = 1, high = 2 }\ncallbacks.EarlyStopping.patience = [3, 5]\n"
                                    "[[callbacks]]\ntype = \"EarlyStopping\"\n")));
  CHECK(space.find("model.hidden_size"));
  CHECK(space.at("callbacks.EarlyStopping.patience").at("choices") == Value(Value::List{3, 5}));
}

TEST_CASE("options of a searched type need a condition") {
  const Workspace workspace;
  const std::string types = "\"model.type\" = [\"LSTMModel\", \"LinearModel\"]\n";
  CHECK(mistake_in(types + "\"model.hidden_size\" = { low = 1, high = 9 }\n") ==
        "w.toml:15:1: search: LinearModel has no option \"hidden_size\"; say for which type with when = { \"model.type\" = \"...\" }");
  const CheckedWorkflow checked =
      check_text(searching("\"model.hidden_size\" = { low = 1, high = 9, when = { \"model.type\" = \"LSTMModel\" } }\n" + types));
  const SearchSpace space = SearchSpace::from_value(space_of(checked), {"model.hidden_size", "model.type"});
  CHECK(space.parameters()[0].path == "model.type");  // drawn before the parameters that depend on it
}

TEST_CASE("each mistake in a search is located") {
  const Workspace workspace;
  const auto sentence = [](const std::string& range) { return mistake_in(range); };
  CHECK(sentence("\"model.hiden_size\" = { low = 1, high = 2 }") ==
        "w.toml:14:1: search: LSTMModel has no option \"hiden_size\"; did you mean \"hidden_size\"?");
  CHECK(sentence("\"modle.hidden_size\" = { low = 1, high = 2 }") ==
        "w.toml:14:1: search: \"modle.hidden_size\" is no option of model, loss, optimizer, scheduler, loader, trainer, callbacks and "
        "slice_windows; did you mean \"model\"?");
  CHECK(sentence("\"model.hidden_size\" = { low = 9, high = 2 }") ==
        "w.toml:14:1: search: model.hidden_size has no such range: low is above high in the search range 9 to 2");
  CHECK(sentence("\"model.hidden_size\" = { low = 0, high = 2 }") ==
        "w.toml:14:31: search: model.hidden_size: hidden_size takes an integer of at least 1, got 0");
  CHECK(sentence("\"model.hidden_size\" = { low = 1.5, high = 2 }") ==
        "w.toml:14:31: search: model.hidden_size takes an integer as low, got 1.5");
  CHECK(sentence("\"model.hidden_size\" = { low = 1 }") ==
        "w.toml:14:1: search: model.hidden_size has no range of its own: give low and high, both");
  CHECK(sentence("\"model.hidden_size\" = { lo = 1, low = 1, high = 2 }") ==
        "w.toml:14:25: search: model.hidden_size takes no \"lo\"; did you mean \"low\"?");
  CHECK(sentence("\"optimizer.lr\" = { low = 1e-5, high = 1e-3, log = true, step = 1e-5 }") ==
        "w.toml:14:1: search: optimizer.lr has no such range: a search range has a step or is logarithmic, not both");
  CHECK(sentence("\"model.type\" = [\"LSTMModel\", \"LinearModle\"]") ==
        "w.toml:14:30: search: model.type has no \"LinearModle\"; did you mean \"LinearModel\"?");
  CHECK(sentence("\"model.hidden_size\" = 64") ==
        "w.toml:14:23: search: model.hidden_size takes { low = ..., high = ... } or { choices = [...] }, got an integer");
  CHECK(sentence("\"scheduler.gamma\" = { low = 0.1, high = 1.0 }") ==
        "w.toml:14:1: search: there is no [scheduler] whose gamma could be searched");
  CHECK(sentence("\"model.hidden_size\" = { low = 1, high = 2, when = { \"model.type\" = \"CNNModel\" } }")
            .starts_with("w.toml:14:1: search: the condition of \"model.hidden_size\" never holds: model is LSTMModel"));
  CHECK(sentence("\"model.hidden_size\" = []") == "w.toml:14:23: search: model.hidden_size has no choice to try: give at least one");
  CHECK(sentence("\"callbacks.EarlyStopping.patience\" = [1, 2]") ==
        "w.toml:14:1: search: there is no callback \"EarlyStopping\" among [[callbacks]]");
  CHECK(sentence("\"slice_windows.horizon\" = [1, 2]") ==
        "w.toml:14:1: search: slice_windows.horizon decides what is forecast or where it comes from: only window, stride and window_norm "
        "are searched");
  CHECK(sentence("\"model.hidden_size\" = [1, 2]\n\"model.num_layers\" = { low = 1, high = 2, when = { \"model.hidden_size\" = 3 } }") ==
        "w.toml:15:74: search: model.hidden_size never becomes 3");
  CHECK(sentence("\"model.num_layers\" = { low = 1, high = 2, when = { \"model.dropout\" = 0.5 } }") ==
        "w.toml:14:52: search: \"model.dropout\" of when is not searched itself: leave it out, or search it too");
  CHECK(
      sentence("\"model.hidden_size\" = { low = 1, high = 2, name = \"x\" }\n\"model.num_layers\" = { low = 1, high = 2, name = \"x\" }") ==
      "w.toml:15:1: search: model.num_layers and model.hidden_size are both named \"x\"");
}

TEST_CASE("the stage that gives the windows is searched by its name, whatever its type is called; its options say which may be") {
  const Workspace workspace;
  const std::string text =
      "[stages.preprocess]\nsource = \"data/a.csv\"\n[stages.\"my.cut\"]\ntype = \"rows_cut\"\n[model]\ntype = \"LSTMModel\"\n"
      "[stages.train]\n[stages.optimize.search]\n";  // 8 lines
  const Value space = space_of(check_text(text + "\"my.cut.rows\" = {}\n"));
  CHECK(space.at("my.cut.rows") == Value(Value::Map{{"low", 8}, {"high", 32}, {"step", 8}}));
  CHECK(mistakes_in(text + "\"my.cut.ahead\" = [1, 2]\n") ==
        "w.toml:9:1: search: my.cut.ahead decides what is forecast or where it comes from: only rows is searched");
  CHECK(mistakes_in(text + "\"slice_windows.window\" = [1, 2]\n")
            .starts_with("w.toml:9:1: search: \"slice_windows.window\" is no option of model, loss, optimizer, scheduler, loader, trainer, "
                         "callbacks and my.cut; "));
}

TEST_CASE("a stage that is named as a table does not hide the table from a search") {
  const Workspace workspace;
  const std::string text =
      "[stages.preprocess]\nsource = \"data/a.csv\"\n[stages.model]\ntype = \"rows_cut\"\n[model]\ntype = \"LSTMModel\"\n"
      "[stages.train]\n[stages.optimize.search]\n";
  CHECK(space_of(check_text(text + "\"model.hidden_size\" = [1, 2]\n")).find("model.hidden_size"));
  CHECK(mistakes_in(text + "\"model.rows\" = [1, 2]\n").starts_with("w.toml:9:1: search: LSTMModel has no option \"rows\""));
}

TEST_CASE("conditions in a circle are a mistake") {
  const Workspace workspace;
  CHECK(mistake_in("\"model.hidden_size\" = { choices = [1, 2], when = { \"model.num_layers\" = 1 } }\n"
                   "\"model.num_layers\" = { choices = [1, 2], when = { \"model.hidden_size\" = 1 } }\n") ==
        "w.toml:14:1: search: the conditions of \"model.hidden_size\" lead back to itself");
}

TEST_CASE("initial points are checked against the ranges and named as in the study") {
  const Workspace workspace;
  const std::string range = "[stages.optimize.search]\n\"model.hidden_size\" = { low = 1, high = 9, name = \"hidden\" }\n";
  const auto with = [&](const std::string& points) { return sound + "[stages.optimize]\nenqueue = " + points + "\n" + range; };
  const CheckedWorkflow checked = check_text(with("[{ \"model.hidden_size\" = 3 }, { hidden = 4 }]"));
  CHECK(mistakes_of(checked) == "");
  CHECK(stage_of(checked, "optimize").options.at("enqueue") == Value(Value::List{Value::Map{{"hidden", 3}}, Value::Map{{"hidden", 4}}}));
  CHECK(mistakes_in(with("[{ \"model.hidden_size\" = 30 }]")) == "w.toml:14:36: enqueue: 30 is outside the range of model.hidden_size");
  CHECK(mistakes_in(with("[{ hiden = 3 }]")) == "w.toml:14:14: enqueue: \"hiden\" is not searched; there is only model.hidden_size");
}

TEST_CASE("a search uses the tables of the training stage, which takes its best values") {
  const Workspace workspace;
  const std::string two = sound + "[stages.other]\ntype = \"train\"\nmodel.num_layers = 2\n[stages.optimize]\n";
  const std::string range = "[stages.optimize.search]\n\"model.hidden_size\" = { low = 1, high = 9 }\n";
  CHECK(mistakes_in(two + range) ==
        "w.toml:16:9: stage \"optimize\": train and other could take what it finds: name one with for = \"train\"");
  CHECK(mistakes_in(two + "for = \"othr\"\n" + range) ==
        "w.toml:17:7: stage \"optimize\": no stage \"othr\" takes what it finds; did you mean \"other\"?");
  const CheckedWorkflow checked = check_text(two + "for = \"other\"\n" + range);
  CHECK(mistakes_of(checked) == "");
  CHECK(stage_of(checked, "optimize").tables.one("model").options.at("num_layers") == Value(2));
  CHECK(stage_of(checked, "other").sources.back() == Source{"study", "optimize"});
  CHECK(stage_of(checked, "train").sources.size() == 1);
}

TEST_CASE("best = false takes nothing from a search") {
  const Workspace workspace;
  const CheckedWorkflow checked = check_text(searching("\"model.hidden_size\" = { low = 1, high = 9 }\n"), {"stages.train.best=false"});
  CHECK(mistakes_of(checked) == "");
  CHECK(stage_of(checked, "train").sources.size() == 1);
}

TEST_CASE("options that the training stage sets itself are not searched") {
  const Workspace workspace;
  CHECK(
      mistakes_in(sound +
                  "[stages.train.model]\nhidden_size = 7\n[stages.optimize.search]\n\"model.hidden_size\" = { low = 1, high = 9 }\n") ==
      "w.toml:16:1: search: stage \"train\" sets model.hidden_size itself at w.toml:14:15, so that the best would have no effect: leave it "
      "out there");
}

TEST_CASE("a checked search reads the same again") {
  const Workspace workspace;
  const CheckedWorkflow checked =
      check_text(searching("\"optimizer.lr\" = {}\n\"model.type\" = [\"LSTMModel\", \"LinearModel\"]\n"
                           "\"model.dropout\" = { low = 0, high = 1, when = { \"model.type\" = \"LSTMModel\" } }\n"));
  const Value space = space_of(checked);
  const CheckedWorkflow again = check_text(to_toml_text(checked.workflow));
  CHECK(space_of(again) == space);
  CHECK(stage_of(again, "optimize").options.at("search_order") == stage_of(checked, "optimize").options.at("search_order"));
}
