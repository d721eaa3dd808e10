#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

const std::string head = R"(name = "small"
threads = 1
[stages.preprocess]
source = "small.csv"
time_column = "time"
features = ["load", "heat"]
target = ["load"]
)";

const std::string training = R"([stages.cut]
type = "cut_rows"
ahead = 3
arrays = true
[model]
type = "LinearModel"
[trainer]
max_epochs = 2
[stages.train]
)";

const std::string search = R"([stages.optimize]
n_trials = 3
[stages.optimize.search]
)";

struct ThirdParty : WorkflowFixture {
  [[nodiscard]] Finished with(const std::string& text, const std::vector<std::string>& sets = {}) const {
    write("workflow.toml", head + text);
    std::vector<std::string> words{"run", "workflow.toml", "--plugin-path", BUILD_DIR "/tests/plugins/third_party"};
    for (const std::string& set : sets) words.insert(words.end(), {"--set", set});
    return pipeline(words);
  }
  [[nodiscard]] std::int64_t epochs() const { return json("runs/small/train/train.json").at("epochs").as_int(); }
};

}  // namespace

TEST_CASE_FIXTURE(ThirdParty, "a slicing stage of another name is searched by its name in the workflow") {
  const std::string text = training + search + "\"cut.rows\" = [6, 12]\n\"cut.norm\" = {}\n\"optimizer.lr\" = {}\n";
  const Finished ran = with(text);
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const Value best = json("runs/small/optimize/study.json").at("best").at("values");
  const Value windows = json("runs/small/optimize/windows/windows.json");
  CHECK(windows.at("window") == best.at("cut.rows"));
  CHECK(windows.at("window_norm") == best.at("cut.norm"));
  CHECK(windows.at("horizon") == Value(3));  // not searched: as the stage has it
  CHECK(json("runs/small/train/train.json").at("hyper_parameters").at("window") == best.at("cut.rows"));
  CHECK(json("runs/small/train/manifest.json").at("fields").at("cut.rows") == Value(to_json(best.at("cut.rows"))));
  CHECK(contains(read("runs/small/optimize/best.toml"), "[stages.cut]\n"));
  CHECK(exists("runs/small/cut/X.npy"));
  CHECK_FALSE(exists("runs/small/optimize/windows/X.npy"));  // nothing but the windows
  CHECK(contains(with(text).err, "[train] up to date"));
  const Finished given = with(text, {"stages.cut.rows=18"});
  REQUIRE_MESSAGE(given.status == 0, given.err);
  CHECK(contains(given.err, "given, so not taken: cut.rows = "));
}

TEST_CASE_FIXTURE(ThirdParty, "windows made elsewhere are not sliced by a search") {
  REQUIRE(with(training).status == 0);
  std::filesystem::rename(path() / "runs/small/cut", path() / "elsewhere");
  const std::string slicing =
      "name = \"small\"\n[stages.slice_windows]\nfeature_path = \"elsewhere/X.npy\"\ntarget_path = \"elsewhere/y.npy\"\n";
  write("workflow.toml", slicing + "[model]\ntype = \"LinearModel\"\n" + search + "\"slice_windows.window\" = [6, 12]\n");
  const Finished ran = pipeline({"run", "workflow.toml"});
  CHECK(ran.status == 2);
  CHECK_MESSAGE(contains(ran.err,
                         "slicing is searched, but the windows were made elsewhere: leave the options of stage \"slice_windows\" out of "
                         "[stages.optimize.search]"),
                ran.err);
}

TEST_CASE_FIXTURE(ThirdParty, "what a slicing stage does not give to a search is refused") {
  CHECK(contains(with(training + search + "\"cut.ahead\" = [1, 2]\n").err,
                 "search: cut.ahead decides what is forecast or where it comes from: only rows and norm are searched"));
  CHECK(contains(with(training + search + "\"slice_windows.window\" = [6, 12]\n").err,
                 "search: \"slice_windows.window\" is no option of model, loss, optimizer, scheduler, loader, trainer, callbacks and cut"));
}

TEST_CASE_FIXTURE(ThirdParty, "a timer of another name that is listed goes before max_time, and without a limit gets this one") {
  const std::string clock = "[[callbacks]]\ntype = \"AlarmClock\"\n";
  const Finished never = with(training + clock, {"trainer.min_epochs=0"});
  REQUIRE_MESSAGE(never.status == 0, never.err);
  CHECK(epochs() == 2);
  const Finished limited = with(training + clock, {"trainer.max_time=\"00:00:00:00\"", "trainer.min_epochs=0"});
  REQUIRE_MESSAGE(limited.status == 0, limited.err);
  CHECK(epochs() == 1);
  const Finished rings = with(training + clock + "alarm = \"now\"\n", {"trainer.max_time=\"01:00:00:00\""});
  REQUIRE_MESSAGE(rings.status == 0, rings.err);
  CHECK(epochs() == 1);
}

TEST_CASE_FIXTURE(ThirdParty, "where several callbacks could limit the time, max_time asks for one") {
  const Finished ran = with(training, {"trainer.max_time=\"00:01:00:00\""});
  CHECK(ran.status == 2);
  CHECK_MESSAGE(contains(ran.err, "max_time: several callbacks limit the time: list one of AlarmClock, Timer in [[callbacks]]"), ran.err);
}

TEST_CASE_FIXTURE(ThirdParty, "a callback is in the key and in trials unless it says that it only watches") {
  const auto warnings = [](const Finished& ran, const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = ran.err.find(text); at != std::string::npos; at = ran.err.find(text, at + 1)) ++count;
    return count;
  };
  const std::string text = training + search + "\"optimizer.lr\" = {}\n";
  REQUIRE(with(text).status == 0);
  const Finished watched = with(text + "[[callbacks]]\ntype = \"LoudWatcher\"\n");
  CHECK(contains(watched.err, "[optimize] up to date"));
  CHECK(contains(watched.err, "[train] up to date"));
  const Finished loud = with(text + "[[callbacks]]\ntype = \"Loud\"\n[[callbacks]]\ntype = \"LoudWatcher\"\n");
  REQUIRE_MESSAGE(loud.status == 0, loud.err);
  CHECK_MESSAGE(contains(loud.err, "[train] callbacks.0.Loud.type is new"), loud.err);
  CHECK(warnings(loud, "the training is changed") == 4);  // three trials and the training
  CHECK(warnings(loud, "the training is watched") == 1);
}
