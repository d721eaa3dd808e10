#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "pipeline/data/files.h"
#include "workflows/workflow_fixture.h"

namespace {

/// A row for each step of `months` months from January 2010 on.
std::string rows_of(const std::string& id, const std::string& word, int months, int rows, double level) {
  std::string text;
  char line[96];
  for (int row = 0; row < rows; ++row) {
    const int month = row * months;
    std::snprintf(line, sizeof(line), "%s,%s,%04d-%02d-01,%.3f\n", id.c_str(), word.c_str(), 2010 + month / 12, 1 + month % 12,
                  level * (1 + 0.2 * std::sin(row * 0.7)) + row);
    text += line;
  }
  return text;
}

/// Workflows over mixed.csv, two monthly series, one of quarters and one of years.
class FrequencyFixture : public WorkflowFixture {
 public:
  FrequencyFixture() {
    write("mixed.csv", "id,freq,month,y\n" + rows_of("a", "monthly", 1, 60, 10) + rows_of("b", "monthly", 1, 48, 300) +
                           rows_of("c", "quarterly", 3, 30, 20) + rows_of("d", "yearly", 12, 20, 5));
  }

  /// `top`: lines at the top; `column`: the line of frequency_column; `horizon`: its value.
  void mixed(const std::string& top = tables_at_top, const std::string& column = "frequency_column = \"freq\"",
             const std::string& horizon = "{ monthly = 4, quarterly = 2, yearly = 1 }", const std::string& evaluate = "") const {
    write("workflow.toml", "name = \"mixed\"\nthreads = 1\n" + top + R"(
[stages.preprocess]
source = "mixed.csv"
time_column = "month"
series_column = "id"
features = ["y"]
target = ["y"]
)" + column +
                               "\n[stages.slice_windows]\nwindow = 4\nhorizon = " + horizon +
                               R"(
[model]
type = "LinearModel"
[optimizer]
type = "Adam"
lr = 0.01
[trainer]
max_epochs = 1
[stages.train]
[stages.evaluate]
)" + evaluate);
  }
  [[nodiscard]] std::string mistakes() const {
    const Finished done = pipeline({"validate", "workflow.toml"});
    CHECK(done.status == 2);
    return done.err;
  }
  [[nodiscard]] Finished predict(const std::string& csv) const {
    write("new.csv", csv);
    const std::filesystem::path last = json("runs/mixed/train/train.json").at("last").as_string();
    return pipeline({"predict", "--checkpoint", (path() / "runs/mixed/train" / last).string(), "--input", "new.csv"});
  }

  static constexpr const char* tables_at_top = "split = { val = 0, test = { monthly = 8, quarterly = 4, yearly = 2 } }";
};

std::int64_t lines_with(const std::string& text, const std::string& beginning) {
  std::int64_t count = 0;
  for (std::size_t at = text.find("\n" + beginning); at != std::string::npos; at = text.find("\n" + beginning, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE_FIXTURE(FrequencyFixture, "series of several frequencies train together, each with its own split, horizon and season") {
  mixed();
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err, "monthly: 2 series, step 1mo, 0 gaps"));
  CHECK(contains(done.err, "quarterly: 1 series, step 3mo, 0 gaps"));
  CHECK(contains(done.err, "yearly: 1 series, step 12mo, 0 gaps"));
  CHECK(contains(done.err, "test: 15 windows of 1 to 4 steps of 4 series"));  // 5 + 5 + 3 + 2
  const std::string predictions = read("runs/mixed/evaluate/predictions.csv");
  CHECK(lines_with(predictions, "a,") == 5 * 4);
  CHECK(lines_with(predictions, "c,") == 3 * 2);
  CHECK(lines_with(predictions, "d,") == 2 * 1);
  const auto metrics = json("runs/mixed/evaluate/metrics.json");
  CHECK(metrics.at("test_windows") == pipeline::Value(15));
  CHECK(metrics.at("test_filled_values") == pipeline::Value(0));
  CHECK(metrics.at("by_step").as_list().size() == 4);
  const auto horizons = json("runs/mixed/slice_windows/windows.json").at("horizons");
  CHECK(horizons == pipeline::Value(pipeline::Value::Map{{"monthly", 4}, {"quarterly", 2}, {"yearly", 1}}));
}

TEST_CASE_FIXTURE(FrequencyFixture, "predict forecasts each series as far as its frequency says, by its step") {
  mixed();
  REQUIRE(run().status == 0);
  const std::string rows = rows_of("d", "yearly", 12, 9, 5) + rows_of("new", "quarterly", 3, 9, 7) + rows_of("a", "monthly", 1, 9, 10);
  Finished done = predict("id,freq,month,y\n" + rows);
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(lines_with(done.out, "d,2018-01-01,2019-01-01,1,") == 1);
  CHECK(lines_with(done.out, "d,") == 1);
  CHECK(lines_with(done.out, "new,2012-01-01,2012-04-01,1,") == 1);
  CHECK(lines_with(done.out, "new,2012-01-01,2012-07-01,2,") == 1);
  CHECK(lines_with(done.out, "new,") == 2);
  CHECK(lines_with(done.out, "a,2010-09-01,2011-01-01,4,") == 1);
  CHECK(lines_with(done.out, "a,") == 4);

  done = predict("id,freq,month,y\n" + rows_of("e", "weekly", 1, 9, 5));
  CHECK(done.status == 4);
  CHECK(contains(done.err,
                 "series \"e\" has the frequency \"weekly\", which the training did not know: it had \"monthly\", \"quarterly\", "
                 "\"yearly\"; leave the series out"));
}

TEST_CASE_FIXTURE(FrequencyFixture, "a frequency column with one word changes no number") {
  std::string text = read("mixed.csv").substr(0, read("mixed.csv").find("c,quarterly"));
  write("mixed.csv", text);
  const std::vector<std::string> files{"preprocess/series.npy", "preprocess/scale.npy", "slice_windows/ranges.npy",
                                       "evaluate/predictions.csv", "evaluate/metrics.json"};
  mixed("split = { val = 0, test = 8 }", "", "4");
  REQUIRE(run().status == 0);
  std::vector<std::string> without;
  for (const std::string& file : files) without.push_back(read("runs/mixed/" + file));
  CHECK_FALSE(exists("runs/mixed/preprocess/series_group.npy"));
  mixed("split = { val = 0, test = { monthly = 8 } }", "frequency_column = \"freq\"", "{ monthly = 4 }");
  REQUIRE(run().status == 0);
  for (std::size_t i = 0; i + 1 < files.size(); ++i) CHECK_MESSAGE(read("runs/mixed/" + files[i]) == without[i], files[i]);
  const auto all = [](const std::string& json) { return pipeline::from_json(json, "metrics").at("original"); };
  CHECK(all(read("runs/mixed/evaluate/metrics.json")) == all(without.back()));
}

TEST_CASE_FIXTURE(FrequencyFixture, "validate knows which tables need a frequency column, and compares their words") {
  mixed(tables_at_top, "");
  const std::string none =
      " is a table by the words of a frequency_column, and the series have none: write one number, or frequency_column in the stage that "
      "reads the series";
  CHECK(contains(mistakes(), "workflow.toml:3:20: split: test" + none));
  CHECK(contains(mistakes(), ": horizon" + none));
  mixed(std::string(tables_at_top) + "\nseason_length = { monthly = 12, yearly = 1 }");
  CHECK(
      contains(mistakes(), "workflow.toml:4:1: season_length has no number for \"quarterly\", which split: test has: add quarterly = ..."));
  mixed(tables_at_top, "frequency_column = \"freq\"", "{ monthly = 4, quarterly = \"two\" }");
  CHECK(contains(mistakes(), "horizon takes an integer or a table of integers by name of at least 1"));
  mixed(tables_at_top, "frequency_column = \"freq\"", "{ monthly = 4, quarterly = 0, yearly = 1 }");
  CHECK(contains(mistakes(), "horizon takes an integer or a table of integers by name of at least 1"));
  mixed(tables_at_top, "frequency_column = \"fréq\"");
  CHECK(contains(mistakes(), "no column \"fréq\" in mixed.csv"));
  mixed(tables_at_top, "frequency_column = \"freq\"\nlayout = \"dates_across\"");
  CHECK(contains(mistakes(), "layout = \"dates_across\" has one step for all series: write frequency_column = \"\" with it, not \"freq\""));
}

TEST_CASE_FIXTURE(FrequencyFixture, "season_length is checked, and another one repeats the evaluation alone") {
  mixed(std::string(tables_at_top) + "\nseason_length = 0");
  CHECK(contains(mistakes(),
                 "season_length takes \"infer\", a number of rows of at least 1, or a table of such numbers by the words of "
                 "frequency_column ({ yearly = 1, monthly = 12 }), got 0"));
  mixed(tables_at_top, "frequency_column = \"freq\"", "2", "seasonality = 12\n");
  CHECK(contains(mistakes(), "write `season_length` at the top"));
  mixed();
  REQUIRE(run().status == 0);
  const auto mase = [&] { return json("runs/mixed/evaluate/metrics.json").at("original").at("all").at("mase").as_double(); };
  const double inferred = mase();
  mixed(std::string(tables_at_top) + "\nseason_length = { monthly = 12, quarterly = 4, yearly = 1 }");
  Finished done = run();
  CHECK(contains(done.err, "season_length changed from \"infer\" to"));
  CHECK(contains(done.err, "[train] up to date"));
  CHECK(mase() == inferred);
  mixed(std::string(tables_at_top) + "\nseason_length = 1");
  REQUIRE(run().status == 0);
  CHECK(mase() != inferred);
}

TEST_CASE_FIXTURE(FrequencyFixture, "without validation a model trains, unless something monitors it") {
  mixed(tables_at_top, "frequency_column = \"freq\"", "{ monthly = 4, quarterly = 2, yearly = 1 }",
        "[[callbacks]]\ntype = \"EarlyStopping\"\nmonitor = \"val_loss\"\n");
  Finished done = run();
  CHECK(done.status == 2);
  CHECK(contains(done.err, "EarlyStopping monitors \"val_loss\", which this training does not measure, as it has no validation"));
  mixed(tables_at_top, "frequency_column = \"freq\"", "{ monthly = 4, quarterly = 2, yearly = 1 }", "splits = [\"val\"]\n");
  done = run();
  CHECK(contains(done.err, "split val has no windows to evaluate: give it more rows in `split`"));
  mixed();
  done = run({"--set", "model.type=NaiveModel"});
  CHECK_MESSAGE(done.status == 0, done.err);
}

TEST_CASE_FIXTURE(FrequencyFixture, "before a gap each series needs the columns known ahead of its own horizon") {
  mixed(tables_at_top, "frequency_column = \"freq\"\ncalendar = [\"month_of_year\"]\ngaps = \"split\"");
  REQUIRE(run({"--set", "model.type=LSTMModel"}).status == 0);
  std::string rows = rows_of("d", "yearly", 12, 17, 5);
  const auto gap = rows.find("d,yearly,2018");
  rows.erase(gap, rows.find('\n', gap) + 1 - gap);
  write("new.csv", "id,freq,month,y\n" + rows);
  const std::filesystem::path last = json("runs/mixed/train/train.json").at("last").as_string();
  const Finished done = pipeline({"predict", "--checkpoint", (path() / "runs/mixed/train" / last).string(), "--input", "new.csv", "--all"});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(lines_with(done.out, "d,") == 4 + 5);  // of the 8 rows before the gap, and of the 8 after it, with a window of 4
  CHECK_MESSAGE(contains(done.err, "1 row has no forecast: a gap lies within the horizon after it"), done.err);
}

TEST_CASE_FIXTURE(FrequencyFixture, "new-workflow names the column that tells the series of each step apart, or counts rows") {
  const auto begun = [&](const std::string& csv) {
    write("mixed.csv", csv);
    const Finished made = pipeline({"new-workflow", "mixed.csv", "--output", "workflow.toml", "--force"});
    REQUIRE_MESSAGE(made.status == 0, made.err);
    const Finished done = pipeline({"run", "workflow.toml", "--set", "trainer.max_epochs=1"});
    CHECK_MESSAGE(done.status == 0, done.err);
    return made.out + read("workflow.toml") + done.err;
  };
  std::string text = begun(read("mixed.csv"));
  CHECK(contains(text, "frequency_column = \"freq\""));
  CHECK(contains(text, "# the series have several steps"));
  CHECK(contains(text, "yearly: 1 series, step 12mo, 0 gaps"));
  CHECK_FALSE(contains(text, "static = "));

  std::string one_word = "id,freq,month,y\n" + rows_of("z", "kg", 3, 30, 20);
  for (const char* id : {"a", "b", "c", "d"}) one_word += rows_of(id, "kg", 1, 60, 10);
  text = begun(one_word);
  CHECK_FALSE(contains(text, "frequency_column = "));
  CHECK(contains(text, "frequency = \"none\""));
  CHECK(contains(text, "the series have several steps (1mo, 3mo), and no column tells which: rows are counted"));

  std::string gap = rows_of("b", "kg", 1, 60, 10);
  gap.erase(gap.find("b,kg,2012-05"), gap.find("b,kg,2012-06") - gap.find("b,kg,2012-05"));
  text = begun("id,freq,month,y\n" + rows_of("a", "kg", 1, 60, 10) + gap);
  CHECK(contains(text, "step 1mo, 1 gap"));
  CHECK(contains(text, "gaps = \"split\""));
}
