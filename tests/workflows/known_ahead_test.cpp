// Columns known ahead, columns fixed in a series, and columns that features make.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "workflows/workflow_fixture.h"

namespace {

/// The first `last` rows of a store; the last `ahead` have no sales.
std::string store(const std::string& id, int last, int ahead, double size) {
  std::string text;
  for (int day = 0; day < last; ++day) {
    const bool promo = day % 5 == 2;
    const double sales = size + 3 * std::sin(day * 0.9) + (promo ? 4 : 0);
    char line[96];
    std::snprintf(line, sizeof(line), "%s,%.4f,%d,%s,%g\n", id.c_str(), sales, 2 + day % 7, promo ? "yes" : "no", size);
    std::string row = line;
    if (day >= last - ahead)
      row = id + ",," + std::to_string(2 + day % 7) + "," + (promo ? "yes" : "no") + "," + std::to_string(int(size)) + "\n";
    text += row;
  }
  return text;
}

const std::string heading = "store,sales,price,promo,size\n";

class KnownAheadFixture : public WorkflowFixture {
 public:
  KnownAheadFixture() { write("stores.csv", heading + store("a", 90, 0, 10) + store("b", 80, 0, 20)); }

  /// `preprocess`: lines of [stages.preprocess] after its source and series; `tables`: before [stages.train].
  void stores(const std::string& preprocess, const std::string& tables = "", const std::string& model = "LinearModel") const {
    write("workflow.toml",
          "name = \"stores\"\nthreads = 1\nmatmul_precision = \"highest\"\nsplit = { val = 10, test = 10 }\n[stages.preprocess]\nsource = "
          "\"stores.csv\"\n"
          "series_column = \"store\"\ntarget = [\"sales\"]\n" +
              preprocess + "[stages.slice_windows]\nwindow = 8\nhorizon = 3\n" + tables + "[model]\ntype = \"" + model +
              "\"\n[trainer]\nmax_epochs = 2\n[stages.train]\n[stages.evaluate]\n");
  }
  [[nodiscard]] Finished with_features(std::vector<std::string> words) const {
    words.insert(words.end(), {"--plugin-path", BUILD_DIR "/tests/plugins/own_features"});
    return pipeline(words);
  }
  [[nodiscard]] std::string last() const {
    const std::filesystem::path last = json("runs/stores/train/train.json").at("last").as_string();
    return (path() / "runs/stores/train" / last).string();
  }
  /// The forecasts of the last origin of evaluate's predictions.csv, in the order of the file: sales_pred.
  [[nodiscard]] std::vector<std::string> measured(const std::string& id) const {
    std::vector<std::string> out;
    std::istringstream lines(read("runs/stores/evaluate/predictions.csv"));
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with(id + ",")) continue;
      std::vector<std::string> cells;
      std::istringstream in(line);
      for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
      out.push_back(cells[5]);
    }
    return {out.end() - 3, out.end()};
  }
};

std::vector<double> forecasts(const std::string& csv, const std::string& id) {
  std::vector<double> out;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(id + ",")) out.push_back(std::stod(line.substr(line.rfind(',') + 1)));
  }
  return out;
}

/// Whether forecasts are equal but for the rounding of float: the rows of a batch change it.
bool nearly_equal(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && !a.empty() &&
         std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) { return std::abs(x - y) < 1e-5 * std::abs(x); });
}

const char* const derived = R"([[derived_features]]
type = "MeanSoFar"
column = "sales"
[[derived_features]]
type = "ShareOfMean"
column = "price"
[[derived_features]]
type = "IsWord"
column = "promo"
word = "yes"
)";

}  // namespace

TEST_CASE_FIXTURE(KnownAheadFixture, "a plugin's columns travel to predict with what they learned") {
  stores("features = [\"sales\"]\nknown_future = [\"price\", \"promo\"]\ncategories = [\"promo\"]\n", derived);
  const Finished ran = with_features({"run", "workflow.toml"});
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const auto columns = json("runs/stores/preprocess/columns.json");
  CHECK(columns.at("features") == pipeline::Value(pipeline::Value::List{"sales", "sales_so_far", "price_share", "is_yes"}));
  CHECK(columns.at("known_future") == pipeline::Value(pipeline::Value::List{"price", "promo", "price_share", "is_yes"}));

  // The rows up to the last origin of the test split, then those that are known ahead: the same forecasts as evaluate's.
  write("new.csv", heading + store("a", 90, 3, 10) + store("b", 80, 3, 20));
  const Finished done = with_features({"predict", "--checkpoint", last(), "--input", "new.csv"});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  for (const char* id : {"a", "b"}) {
    const auto made = forecasts(done.out, id);
    const auto of_evaluate = measured(id);
    REQUIRE(made.size() == 3);
    for (std::size_t step = 0; step < 3; ++step) CHECK(made[step] == doctest::Approx(std::stod(of_evaluate[step])).epsilon(1e-5));
  }
  // A changed option of a feature is another series.
  stores("features = [\"sales\"]\nknown_future = [\"price\", \"promo\"]\ncategories = [\"promo\"]\n",
         std::string(derived).replace(std::string(derived).find("yes"), 3, "no"));
  CHECK(contains(with_features({"run", "workflow.toml"}).err, "word changed"));
}

TEST_CASE_FIXTURE(KnownAheadFixture, "mistakes in derived features") {
  stores("features = [\"sales\"]\n", "[[derived_features]]\ntype = \"Nothing\"\n");
  const Finished nothing = with_features({"run", "workflow.toml"});
  CHECK(nothing.status == 4);
  CHECK_MESSAGE(contains(nothing.err,
                         "stores.csv:2: series \"a\": the feature Nothing gives no number in its column \"nothing\": mend its "
                         "apply(), or leave it out"),
                nothing.err);
  stores("features = [\"sales\"]\n", "[[derived_features]]\ntype = \"MeanSoFa\"\ncolumn = \"sales\"\n");
  const Finished unknown = with_features({"validate", "workflow.toml"});
  CHECK(unknown.status == 2);
  CHECK_MESSAGE(contains(unknown.err, "unknown feature \"MeanSoFa\"; did you mean \"MeanSoFar\"?"), unknown.err);
  stores("features = [\"sales\"]\n", "[[derived_features]]\ntype = \"MeanSoFar\"\ncolumn = \"sale\"\n");
  const Finished absent = with_features({"run", "workflow.toml"});
  CHECK(absent.status == 4);
  CHECK_MESSAGE(contains(absent.err, "stores.csv has no column \"sale\""), absent.err);
}

TEST_CASE_FIXTURE(KnownAheadFixture, "a feature cannot know ahead what its columns do not") {
  stores("features = [\"sales\"]\n", "[[derived_features]]\ntype = \"ShareOfMean\"\ncolumn = \"price\"\n");
  const Finished done = with_features({"run", "workflow.toml"});
  CHECK(done.status == 2);
  CHECK_MESSAGE(contains(done.err,
                         "the feature ShareOfMean makes columns that are known ahead from \"price\", which is not: name it in "
                         "known_future, or leave the feature out"),
                done.err);
  stores("features = [\"sales\"]\nknown_future = [\"price\"]\n", "[[derived_features]]\ntype = \"ShareOfMean\"\ncolumn = \"price\"\n");
  const Finished cured = with_features({"run", "workflow.toml"});
  CHECK_MESSAGE(cured.status == 0, cured.err);
}

TEST_CASE_FIXTURE(KnownAheadFixture, "validate names columns that the file does not have") {
  stores("features = [\"sales\"]\nknown_future = [\"prize\"]\nstatic = [\"sise\"]\ncategories = [\"prom\"]\ncalendar = [\"hour\"]\n");
  const Finished done = pipeline({"validate", "workflow.toml"});
  CHECK(done.status == 2);
  CHECK_MESSAGE(contains(done.err, "did you mean \"price\"?"), done.err);
  CHECK_MESSAGE(contains(done.err, "did you mean \"size\"?"), done.err);
  CHECK_MESSAGE(contains(done.err, "did you mean \"promo\"?"), done.err);
  CHECK_MESSAGE(contains(done.err, "hour_of_day"), done.err);
}

TEST_CASE_FIXTURE(KnownAheadFixture, "forecasts depend on what is known ahead, in the same file or in a second one") {
  stores("features = [\"sales\"]\nknown_future = [\"price\", \"promo\"]\ncategories = [\"promo\"]\nstatic = [\"size\"]\n", "", "LSTMModel");
  const Finished ran = run();
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  CHECK_FALSE(contains(ran.err, "ignores"));
  const auto predict = [&](const std::string& rows, std::vector<std::string> more = {}) {
    write("new.csv", heading + rows);
    more.insert(more.begin(), {"predict", "--checkpoint", last(), "--input", "new.csv"});
    return pipeline(more);
  };
  const Finished within = predict(store("a", 90, 3, 10) + store("b", 80, 3, 20));
  REQUIRE_MESSAGE(within.status == 0, within.err);
  CHECK(forecasts(within.out, "a").size() == 3);
  const auto of_evaluate = measured("a");
  for (std::size_t step = 0; step < 3; ++step)
    CHECK(forecasts(within.out, "a")[step] == doctest::Approx(std::stod(of_evaluate[step])).epsilon(1e-5));

  const Finished none = predict(store("a", 87, 0, 10));
  CHECK(none.status == 4);
  CHECK_MESSAGE(contains(none.err,
                         "series \"a\": column \"price\", which is known ahead, has no value at row 87, and the forecast needs its 3 "
                         "values after the last row: add such rows, with empty targets, to the input, or give them with --future "
                         "FILE; --series forecasts some series alone"),
                none.err);
  const std::string future = store("a", 90, 3, 10);
  write("future.csv", heading + future.substr(future.find("a,,")));
  const Finished second = predict(store("a", 87, 0, 10), {"--future", "future.csv"});
  CHECK_MESSAGE(second.status == 0, second.err);
  CHECK(nearly_equal(forecasts(second.out, "a"), forecasts(within.out, "a")));
  const Finished absent = predict(store("a", 87, 0, 10), {"--future", "no.csv"});
  CHECK(absent.status == 2);
  CHECK_MESSAGE(contains(absent.err, "--future no.csv"), absent.err);
  // Other series need no such rows where one is asked for.
  const Finished one = predict(store("a", 90, 3, 10) + store("b", 80, 0, 20), {"--series", "a"});
  CHECK_MESSAGE(one.status == 0, one.err);
  CHECK(nearly_equal(forecasts(one.out, "a"), forecasts(within.out, "a")));
}

TEST_CASE_FIXTURE(KnownAheadFixture, "forecasts from many rows leave out those whose horizon is not known, and count them") {
  stores("features = [\"sales\"]\nknown_future = [\"price\"]\n", "", "LSTMModel");
  REQUIRE(run().status == 0);
  const auto predict = [&](const std::string& rows, std::vector<std::string> more) {
    write("new.csv", heading + rows);
    more.insert(more.begin(), {"predict", "--checkpoint", last(), "--input", "new.csv"});
    return pipeline(more);
  };
  // Windows of 8 rows end at rows 7 to 86; a row after the last one is known.
  const Finished all = predict(store("a", 88, 1, 10), {"--all"});
  REQUIRE_MESSAGE(all.status == 0, all.err);
  CHECK(forecasts(all.out, "a").size() == (87 - 7 - 2) * 3);
  CHECK_MESSAGE(contains(all.err,
                         "2 rows have no forecast: the columns known ahead are not known for the whole horizon after them: series \"a\": "
                         "column \"price\", which is known ahead, has no value at row 88, and the forecast needs its 3 values"),
                all.err);
  const Finished whole = predict(store("a", 90, 3, 10), {"--all"});
  CHECK(forecasts(whole.out, "a").size() == (87 - 7) * 3);
  CHECK_FALSE(contains(whole.err, "no forecast"));
  const Finished from = predict(store("a", 87, 0, 10), {"--from", "86"});
  CHECK(from.status == 4);
  CHECK_MESSAGE(contains(from.err, "series \"a\": column \"price\", which is known ahead, has no value at row 87"), from.err);
}

TEST_CASE_FIXTURE(KnownAheadFixture, "a series that is not forecast needs no fixed columns") {
  stores("features = [\"sales\"]\nstatic = [\"size\"]\n", "", "LSTMModel");
  REQUIRE(run().status == 0);
  const auto predict = [&](const std::string& csv, std::vector<std::string> more = {}) {
    write("new.csv", csv);
    more.insert(more.begin(), {"predict", "--checkpoint", last(), "--input", "new.csv"});
    return pipeline(more);
  };
  std::string without = store("z", 20, 0, 7);
  for (std::size_t at; (at = without.find(",7\n")) != std::string::npos;) without.replace(at, 3, ",\n");
  const std::string csv =
      heading + without + store("b", 20, 0, 20) + store("b", 21, 0, 30).substr(store("b", 20, 0, 30).size()) + store("a", 20, 0, 10);
  const Finished all = predict(csv);
  CHECK(all.status == 4);
  const Finished one = predict(csv, {"--series", "a"});
  REQUIRE_MESSAGE(one.status == 0, one.err);
  const auto alone = forecasts(predict(heading + store("a", 20, 0, 10)).out, "a");
  CHECK(nearly_equal(forecasts(one.out, "a"), alone));

  // The same of the checkpoint's own, where the file has none.
  std::string bare = "store,sales,price,promo\n";
  std::istringstream lines(store("a", 20, 0, 10) + store("z", 20, 0, 7));
  for (std::string line; std::getline(lines, line);) bare += line.substr(0, line.rfind(',')) + "\n";
  CHECK(contains(predict(bare).err, "series \"z\": the training did not know it, and the file has no column size"));
  const Finished known = predict(bare, {"--series", "a"});
  REQUIRE_MESSAGE(known.status == 0, known.err);
  CHECK(nearly_equal(forecasts(known.out, "a"), alone));
}

TEST_CASE_FIXTURE(KnownAheadFixture, "a word that the training rows do not hold looks the same to a feature in training and in predict") {
  for (const char* encoding : {"codes", "one_hot"}) {
    CAPTURE(encoding);
    std::string rows = store("a", 90, 0, 10);
    for (std::size_t at = rows.size(), row = 0; row < 3; ++row) {  // rows of the test split alone
      at = rows.rfind(row == 0 ? ",yes," : ",no,", at - 1);
      rows.replace(at, row == 0 ? 5 : 4, ",late,");
    }
    write("stores.csv", heading + rows + store("b", 80, 0, 20));
    stores("features = [\"sales\"]\nknown_future = [\"promo\"]\ncategories = [\"promo\"]\ncategory_encoding = \"" + std::string(encoding) +
               "\"\n",
           "[[derived_features]]\ntype = \"IsWord\"\ncolumn = \"promo\"\nword = \"late\"\n", "LSTMModel");
    const Finished ran = with_features({"run", "workflow.toml"});
    REQUIRE_MESSAGE(ran.status == 0, ran.err);
    std::string ahead;  // the last three rows without sales
    std::istringstream lines(rows);
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line); ++number) {
      const std::size_t sales = line.find(',') + 1;
      ahead += (number < 87 ? line : line.substr(0, sales) + line.substr(line.find(',', sales))) + "\n";
    }
    write("new.csv", heading + ahead);
    const Finished done = with_features({"predict", "--checkpoint", last(), "--input", "new.csv"});
    REQUIRE_MESSAGE(done.status == 0, done.err);
    const auto made = forecasts(done.out, "a");
    const auto of_evaluate = measured("a");
    REQUIRE(made.size() == 3);
    for (std::size_t step = 0; step < 3; ++step) CHECK(made[step] == doctest::Approx(std::stod(of_evaluate[step])).epsilon(1e-5));
  }
}

TEST_CASE_FIXTURE(KnownAheadFixture, "--future is refused where the model reads no column of a file that is known ahead") {
  stores("features = [\"sales\"]\n");
  REQUIRE(run().status == 0);
  write("new.csv", heading + store("a", 90, 0, 10));
  const Finished done = pipeline({"predict", "--checkpoint", last(), "--input", "new.csv", "--future", "new.csv"});
  CHECK(done.status == 2);
  CHECK_MESSAGE(contains(done.err, "--future new.csv: the model reads no column that is known ahead; leave it out"), done.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a known holiday halves the error at least") {
  // y = 10 x holiday + noise of deviation 0.1, with 11 holidays a year.
  std::mt19937 random(7);
  std::normal_distribution<double> noise(0, 0.1);
  std::string text = "y,holiday\n";
  for (int day = 0; day < 1460; ++day) {
    const bool holiday = (day % 365) % 33 == 5 && day % 365 < 363;
    text += std::to_string(10 * (holiday ? 1 : 0) + noise(random)) + "," + (holiday ? "1" : "0") + "\n";
  }
  write("days.csv", text);
  const auto mase_with = [&](const std::string& known) {
    write("workflow.toml",
          "name = \"days\"\nthreads = 1\nseason_length = 7\n[stages.preprocess]\nsource = \"days.csv\"\nfeatures = [\"y\"]\ntarget = "
          "[\"y\"]\n" +
              known + R"([stages.slice_windows]
window = 14
horizon = 7
[model]
type = "LSTMModel"
hidden_size = 8
num_layers = 1
[optimizer]
type = "Adam"
lr = 0.01
[trainer]
max_epochs = 12
[stages.train]
[stages.evaluate]
)");
    const Finished done = run();
    REQUIRE_MESSAGE(done.status == 0, done.err);
    return json("runs/days/evaluate/metrics.json").at("original").at("all").at("mase").as_double();
  };
  const double without = mase_with(""), with = mase_with("known_future = [\"holiday\"]\n");
  CHECK_MESSAGE(with < 0.5 * without, with << " with, " << without << " without");
}

TEST_CASE_FIXTURE(KnownAheadFixture, "weights are not taken over to words with other codes") {
  const std::string preprocess = "features = [\"sales\"]\nknown_future = [\"promo\"]\ncategories = [\"promo\"]\n";
  stores(preprocess, "", "LSTMModel");
  REQUIRE(run().status == 0);
  write("old.ckpt", read(last()));
  std::string rows = heading + store("a", 90, 0, 10) + store("b", 80, 0, 20);
  rows.replace(rows.find(",no,"), 4, ",yes,");  // now "yes" comes first
  write("stores.csv", rows);
  const Finished other = run({"--set", "stages.train.from_checkpoint=old.ckpt"});
  CHECK(other.status == 5);
  CHECK_MESSAGE(
      contains(other.err, "the words of column \"promo\" were others, or stood in another order, in the rows that it was trained on"),
      other.err);
}
