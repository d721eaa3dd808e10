#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "pipeline/data/csv.h"
#include "pipeline/data/format.h"
#include "pipeline/data/predictions.h"
#include "workflows/workflow_fixture.h"

namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "predict forecasts what comes after the data, with its times") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const Finished predicted = pipeline({"predict", "--checkpoint", best_checkpoint(), "--input", "small.csv"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  CHECK(predicted.out.starts_with("origin,time,step,load_pred\n2024-01-17 15:00:00,2024-01-17 16:00:00,1,"));
  CHECK(std::ranges::count(predicted.out, '\n') == 4);
  REQUIRE(pipeline({"predict", "--checkpoint", best_checkpoint(), "--input", "small.csv", "--output", "f.csv"}).status == 0);
  CHECK(read("f.csv") == predicted.out);
}

TEST_CASE_FIXTURE(WorkflowFixture, "predict says what is wrong with its inputs") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const std::string checkpoint = best_checkpoint();
  CHECK(pipeline({"predict"}).status == 2);
  CHECK(contains(pipeline({"predict", "--checkpoint", "no.ckpt", "--input", "small.csv"}).err, "--checkpoint no.ckpt: no such file"));
  write("bad.ckpt", "nothing");
  const Finished damaged = pipeline({"predict", "--checkpoint", "bad.ckpt", "--input", "small.csv"});
  CHECK(damaged.status == 5);
  CHECK(contains(damaged.err, "bad.ckpt"));
  write("short.csv", read("small.csv").substr(0, read("small.csv").find("2024-01-01 05")));
  const Finished few = pipeline({"predict", "--checkpoint", checkpoint, "--input", "short.csv"});
  CHECK(few.status == 4);
  CHECK(contains(few.err, "24"));
  write("other.csv", "time,loda,heat\n2024-01-01 00:00:00,1,2\n");
  const Finished column = pipeline({"predict", "--checkpoint", checkpoint, "--input", "other.csv"});
  CHECK(column.status == 4);
  CHECK(contains(column.err, "loda"));
  write("semicolons.csv", "time;load;heat\n2024-01-01 00:00:00;1;2\n");
  CHECK(contains(pipeline({"predict", "--checkpoint", checkpoint, "--input", "semicolons.csv"}).err,
                 "has no column \"time\": its first line holds no delimiter \",\", so it is one column"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "--all forecasts from every row with a window behind it, for several targets and steps") {
  workflow("[model]\ntype = \"LinearModel\"\n[trainer]\nmax_epochs = 1\n[stages.train]\n",
           "target = [\"load\", \"heat\"]\ntransform = { load = \"log_return\" }");
  REQUIRE(run().status == 0);
  const std::string last = json("runs/small/train/train.json").at("last").as_string();
  const Finished all = pipeline({"predict", "--checkpoint", last, "--input", "small.csv", "--all"});
  REQUIRE_MESSAGE(all.status == 0, all.err);
  const std::vector<std::string> rows = lines(all.out);
  CHECK(rows[0] == "origin,time,step,load_pred,heat_pred");
  // log_return takes the first of the 400 rows, the window 23 more.
  REQUIRE(rows.size() == 1 + 3 * (399 - 23));
  CHECK(rows[1].starts_with("2024-01-02 00:00:00,2024-01-02 01:00:00,1,"));
  CHECK(rows[rows.size() - 4].starts_with("2024-01-17 14:00:00,2024-01-17 17:00:00,3,"));  // one known time, two past the end
  CHECK(rows.back().starts_with("2024-01-17 15:00:00,2024-01-17 18:00:00,3,"));

  const std::vector<std::string> only_last = lines(pipeline({"predict", "--checkpoint", last, "--input", "small.csv"}).out);
  CHECK(std::vector<std::string>(rows.end() - 3, rows.end()) == std::vector<std::string>(only_last.begin() + 1, only_last.end()));
}

TEST_CASE_FIXTURE(WorkflowFixture, "--from takes the rows at or after a time") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const std::vector<std::string> from{"predict", "--checkpoint", best_checkpoint(), "--input", "small.csv", "--from"};
  const auto with = [&](const char* time) {
    std::vector<std::string> words = from;
    words.emplace_back(time);
    return pipeline(words);
  };
  const std::vector<std::string> rows = lines(with("2024-01-17T13:30:00").out);
  REQUIRE(rows.size() == 1 + 3 * 2);
  CHECK(rows[1].starts_with("2024-01-17 14:00:00,2024-01-17 15:00:00,1,"));
  const Finished late = with("2025-01-01");
  CHECK(late.status == 4);
  CHECK(contains(late.err, "its last row is at 2024-01-17 15:00:00, before --from 2025-01-01"));
  CHECK(with("yesterday").status == 2);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a forecast never replaces what it is made from") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  write("new.csv", read("small.csv"));
  std::filesystem::create_symlink("new.csv", path() / "link.csv");
  const std::string data = read("small.csv"), toml = read("workflow.toml"), checkpoint = best_checkpoint();
  const auto onto = [&](const std::string& output) {
    const Finished refused = pipeline({"predict", "--workflow", "workflow.toml", "--input", "new.csv", "--output", output});
    CHECK(refused.status == 2);
    return refused.err;
  };
  CHECK(contains(onto("new.csv"), "--output new.csv is the data itself: choose another name"));
  CHECK(contains(onto("link.csv"), "--output link.csv is the data itself: choose another name"));
  CHECK(contains(onto("workflow.toml"), "--output workflow.toml is the workflow: choose another name"));
  CHECK(contains(onto("small.csv"), "--output small.csv is what stage \"preprocess\" reads: choose another name"));
  CHECK(contains(onto(checkpoint), " is the checkpoint: choose another name"));
  CHECK(read("small.csv") == data);
  CHECK(read("new.csv") == data);
  CHECK(read("workflow.toml") == toml);

  write("out.csv", "");
  std::filesystem::create_symlink("out.csv", path() / "out-link.csv");
  CHECK(pipeline({"predict", "--workflow", "workflow.toml", "--input", "new.csv", "--output", "out-link.csv"}).status == 0);
  CHECK(std::filesystem::is_symlink(path() / "out-link.csv"));
  CHECK(contains(read("out.csv"), "load"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "times with offsets are written as UTC with a mark, by evaluate and predict") {
  std::string offsets = "time,load,heat\n";
  std::istringstream rows(read("small.csv"));
  std::string line;
  for (std::getline(rows, line); std::getline(rows, line);) offsets += line.substr(0, 19) + "+02:00" + line.substr(19) + "\n";
  const std::string naive = read("small.csv");
  write("small.csv", offsets);
  workflow(std::string(small_training) + "[stages.visualize]\n");
  const Finished trained = run();
  REQUIRE_MESSAGE(trained.status == 0, trained.err);
  CHECK(contains(trained.err, "time 2023-12-31 22:00:00 to 2024-01-17 13:00:00 UTC, step 1h"));
  CHECK(contains(read("runs/small/visualize/report.html"), "UTC, as the data give offsets"));
  pipeline::PredictionsReader measured(path() / "runs/small/evaluate/predictions.csv");
  REQUIRE(measured.next());
  CHECK(measured.has_time());
  CHECK(measured.origin_text().ends_with(":00:00+00:00"));
  const std::vector<std::string> words{"predict", "--workflow", "workflow.toml", "--input", "small.csv"};
  const Finished marked = pipeline(words);
  CHECK_MESSAGE(marked.out.starts_with("origin,time,step,load_pred\n2024-01-17 13:00:00+00:00,2024-01-17 14:00:00+00:00,1,"), marked.out);
  CHECK_FALSE(contains(marked.err, "offsets"));

  write("naive.csv", naive);
  const Finished unmarked = pipeline({"predict", "--workflow", "workflow.toml", "--input", "naive.csv"});
  CHECK(unmarked.out.starts_with("origin,time,step,load_pred\n2024-01-17 15:00:00,2024-01-17 16:00:00,1,"));
  CHECK(contains(unmarked.err,
                 "warning: naive.csv: its times have no offsets and stay as written; those of the training had some, and became UTC"));

  const std::size_t last_offset = offsets.rfind("+02:00");
  write("mixed.csv", offsets.erase(last_offset, 6));
  const Finished mixed = pipeline({"predict", "--workflow", "workflow.toml", "--input", "mixed.csv"});
  CHECK(mixed.status == 4);
  CHECK_MESSAGE(contains(mixed.err, "mixed.csv:401: the time \"2024-01-17 15:00:00\" has no offset from UTC, and those before have one"),
                mixed.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "plain weights are predicted with once a workflow says what they belong to") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const Finished whole = pipeline({"predict", "--checkpoint", best_checkpoint(), "--input", "small.csv"});
  REQUIRE(pipeline({"checkpoint", "convert", best_checkpoint(), "weights.pt"}).status == 0);
  const Finished unknown = pipeline({"predict", "--checkpoint", "weights.pt", "--input", "small.csv"});
  CHECK(unknown.status == 5);
  CHECK(contains(unknown.err, "predict --workflow FILE"));
  const Finished known = pipeline({"predict", "--checkpoint", "weights.pt", "--input", "small.csv", "--workflow", "workflow.toml"});
  CHECK_MESSAGE(known.status == 0, known.err);
  CHECK(known.out == whole.out);
  std::filesystem::remove_all(path() / "runs");
  const Finished uncut = pipeline({"predict", "--checkpoint", "weights.pt", "--input", "small.csv", "--workflow", "workflow.toml"});
  CHECK(uncut.status == 2);
  CHECK(contains(uncut.err, "--until slice_windows"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a workflow's best model forecasts without its checkpoint being named") {
  workflow(small_training);
  const Finished early = pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv"});
  CHECK(early.status == 2);
  CHECK(contains(early.err, "stage \"train\" has left no checkpoint"));
  CHECK(contains(early.err, "run `pipeline run` first, or name one with --checkpoint"));
  REQUIRE(run().status == 0);
  const Finished named = pipeline({"predict", "--checkpoint", best_checkpoint(), "--input", "small.csv"});
  const Finished found = pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv"});
  CHECK_MESSAGE(found.status == 0, found.err);
  CHECK(found.out == named.out);
}

TEST_CASE_FIXTURE(WorkflowFixture, "predict takes the model that evaluate chose, and says what has changed since") {
  workflow(small_training);
  REQUIRE(run({"--until", "train"}).status == 0);
  const std::vector<std::string> words{"predict", "--workflow", "workflow.toml", "--input", "small.csv"};
  const Finished unmeasured = pipeline(words);
  CHECK(unmeasured.status == 0);
  CHECK_MESSAGE(
      contains(unmeasured.err, "model: " + best_checkpoint() + ", the best of stage train, which evaluate has not measured yet\n"),
      unmeasured.err);

  REQUIRE(run().status == 0);
  const std::string chosen = best_checkpoint();
  const Finished fresh = pipeline(words);
  CHECK_MESSAGE(contains(fresh.err, "model: " + chosen + ", of stage train, as evaluate measured it\n"), fresh.err);
  CHECK_FALSE(contains(fresh.err, "warning"));

  // An experiment that was trained and not measured: its model is newer than the choice.
  REQUIRE(run({"--stage", "train", "--set", "optimizer.lr=0.5"}).status == 0);
  REQUIRE(best_checkpoint() != chosen);
  const Finished after_experiment = pipeline(words);
  CHECK(after_experiment.out == fresh.out);
  CHECK_MESSAGE(contains(after_experiment.err, "warning: model: " + chosen), after_experiment.err);
  CHECK(
      contains(after_experiment.err,
               "Since then the workflow or its results have changed: [train] optimizer.lr changed from 0.5 to 0.01, [evaluate] train gives "
               "something else. `pipeline run " +
                   (path() / "workflow.toml").string() + "` makes a model of the workflow as it is"));

  REQUIRE(run().status == 0);
  std::string text = read("workflow.toml");
  write("workflow.toml", text.replace(text.find("window = 24"), 11, "window = 12"));
  const Finished edited = pipeline(words);
  CHECK(edited.status == 0);
  CHECK_MESSAGE(contains(edited.err, "[slice_windows] window changed from 24 to 12."), edited.err);

  std::filesystem::remove(best_checkpoint());
  const Finished gone = pipeline(words);
  CHECK(gone.status == 2);
  CHECK_MESSAGE(contains(gone.err, "the checkpoint of stage \"train\" is gone (" + best_checkpoint() + "): run `pipeline run " +
                                       (path() / "workflow.toml").string() + "`, or name one with --checkpoint"),
                gone.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "predict says what it filled, and takes no options that were settled by the training") {
  workflow(small_training);
  REQUIRE(run({"--set", "stages.preprocess.missing=\"forward_fill\""}).status == 0);
  const std::string checkpoint = best_checkpoint();
  std::string holed = read("small.csv");
  const std::size_t last_line = holed.rfind('\n', holed.size() - 2) + 1, comma = holed.find(',', last_line),
                    next = holed.find(',', comma + 1);
  holed.erase(comma + 1, next - comma - 1);
  write("holed.csv", holed);
  const Finished filled = pipeline({"predict", "--checkpoint", checkpoint, "--input", "holed.csv"});
  REQUIRE_MESSAGE(filled.status == 0, filled.err);
  CHECK(contains(filled.err,
                 "warning: 1 value is missing where the model looks back, and filled as in training (missing = \"forward_fill\")"));
  holed.replace(last_line, comma - last_line, "soon");
  write("holed.csv", holed);
  const Finished refused = pipeline({"predict", "--checkpoint", checkpoint, "--input", "holed.csv"});
  CHECK(refused.status == 4);
  CHECK_MESSAGE(contains(refused.err, "Options named here are those of the training: for a forecast, mend the file"), refused.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "predict says that times are a guess where data leave some out") {
  std::string nights = "time,load,heat\n";
  std::istringstream rows(read("small.csv"));
  std::string line;
  for (std::getline(rows, line); std::getline(rows, line);) {
    if (line.substr(11, 2) >= "06") nights += line + "\n";  // none before six in the morning
  }
  write("small.csv", nights);
  workflow(small_training);
  REQUIRE(run({"--set", "stages.preprocess.gaps=allow"}).status == 0);
  const Finished forecast = pipeline({"predict", "--checkpoint", best_checkpoint(), "--input", "small.csv"});
  REQUIRE(forecast.status == 0);
  CHECK(contains(forecast.err, "warning: the data leave times out (gaps = \"allow\"), and so may those to come"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "predict forecasts what evaluate did from the same rows") {
  workflow("[model]\ntype = \"LinearModel\"\n[trainer]\nmax_epochs = 1\n[stages.train]\n[stages.evaluate]\n",
           "target = [\"load\", \"heat\"]\ntransform = { load = \"log_return\" }");
  // predict computes in full precision; a workflow may ask for less.
  REQUIRE(run({"--set", "stages.slice_windows.window_norm=standard", "--set", "matmul_precision=highest"}).status == 0);
  pipeline::PredictionsReader measured(path() / "runs/small/evaluate/predictions.csv");
  REQUIRE(measured.next());
  const Finished predicted = pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv", "--from",
                                       std::string(measured.origin_text()), "--output", "f.csv"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  pipeline::CsvLines forecasts(path() / "f.csv");
  std::int64_t lines = 0;
  do {
    REQUIRE(forecasts.next());
    ++lines;
    CHECK(forecasts.cell(0) == measured.origin_text());
    CHECK(forecasts.integer(2) == measured.step());
    for (std::size_t t = 0; t < 2; ++t) CHECK(forecasts.number(3 + t) == doctest::Approx(measured.forecast(t)).epsilon(1e-6));
  } while (measured.next());
  CHECK(lines > 100);
}

TEST_CASE_FIXTURE(WorkflowFixture, "predict computes on the device asked for") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const auto on = [&](const char* device) {
    return pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv", "--device", device});
  };
  CHECK(on("cpu").out == pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv"}).out);
  const Finished unknown = on("gpu");
  CHECK(unknown.status == 2);
  CHECK(contains(unknown.err, "device = \"gpu\" is unknown: write auto, cpu, cuda or cuda:N"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "predict names the target that a normalised window needs besides its features") {
  workflow(small_training);
  REQUIRE(run({"--set", "stages.preprocess.features=[\"heat\"]", "--set", "stages.slice_windows.window_norm=last"}).status == 0);
  std::string heat;
  for (const std::string& line : lines(read("small.csv"))) {
    const std::size_t first = line.find(','), second = line.find(',', first + 1);
    heat += line.substr(0, first) + line.substr(second) + "\n";
  }
  write("heat.csv", heat);
  const Finished refused = pipeline({"predict", "--checkpoint", best_checkpoint(), "--input", "heat.csv"});
  CHECK(refused.status == 4);
  CHECK_MESSAGE(contains(refused.err, "heat.csv: there is no value of column \"load\", which the model needs beside its features"),
                refused.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a forecast that no number holds once its transform is undone is refused") {
  std::string rows = "time,y\n";
  for (int i = 0; i < 200; ++i) rows += std::to_string(1800 + i) + "-01-01," + std::to_string(10 + i + i % 3) + "\n";
  write("data.csv", rows);
  write("workflow.toml", R"(name = "diverged"
threads = 1
[stages.preprocess]
source = "data.csv"
time_column = "time"
features = ["y"]
target = ["y"]
transform = { y = "log" }
[stages.slice_windows]
window = 4
horizon = 1
[model]
type = "LinearModel"
[optimizer]
type = "SGD"
lr = 1.0
[trainer]
max_epochs = 1
[stages.train]
[stages.evaluate]
)");
  REQUIRE(run().status == 0);
  const Finished done = pipeline({"predict", "--workflow", "workflow.toml", "--input", "data.csv", "--output", "next.csv"});
  CHECK(done.status == 4);
  CHECK(contains(done.err,
                 "data.csv: the forecast is not finite once its transform is undone: the rows up to the row of 1999-01-01 hold values "
                 "far from those the model was trained on, or its training diverged: look at what evaluate measured"));
  CHECK_FALSE(exists("next.csv"));
}
