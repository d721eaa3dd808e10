#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <string>

#include "workflows/workflow_fixture.h"

using pipeline::Value;

namespace {

std::string text(const char* format, auto... values) {
  char out[128];
  std::snprintf(out, sizeof out, format, values...);
  return out;
}

std::string value(int row) { return text("%.2f", 50 + 9 * std::sin(row * 0.26) + row * 7 % 5); }

/// Hours of Berlin's clocks from the 27th of October of 2023 on; the 29th has the hour from 2 to 3 twice. One row a line.
std::vector<std::string> october_hours(int days) {
  std::vector<std::string> rows;
  for (int number = 0; number < days; ++number) {
    for (int hour = 0; hour < 24; ++hour) {
      for (int time = 0; time < (number == 2 && hour == 2 ? 2 : 1); ++time)
        rows.push_back(text("2023-%02d-%02d %02d:00,", number < 5 ? 10 : 11, number < 5 ? 27 + number : number - 4, hour) +
                       value(static_cast<int>(rows.size())) + "\n");
    }
  }
  return rows;
}

std::string joined(auto begin, auto end) {
  std::string out = "t,y\n";
  for (; begin != end; ++begin) out += *begin;
  return out;
}

struct DataCombinations : WorkflowFixture {
  void workflow_of(const std::string& preprocess) const {
    write("workflow.toml", R"(name = "small"
threads = 1
[stages.preprocess]
features = ["y"]
target = ["y"]
)" + preprocess + R"(
[stages.slice_windows]
window = 6
horizon = 2
[model]
type = "LinearModel"
[trainer]
max_epochs = 1
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
[stages.train]
[stages.evaluate]
)");
  }
  [[nodiscard]] Finished predict(const std::string& input) const {
    return pipeline({"predict", "--workflow", "workflow.toml", "--input", input});
  }
};

}  // namespace

TEST_CASE_FIXTURE(DataCombinations, "a forecast follows from data in a time zone, of local days and of a wide table") {
  const auto hours = october_hours(8);
  write("d.csv", joined(hours.begin(), hours.end()));
  workflow_of("source = \"d.csv\"\ntime_column = \"t\"\ntime_zone = \"Europe/Berlin\"");
  REQUIRE(run().status == 0);
  const Finished zoned = predict("d.csv");
  CHECK_MESSAGE(zoned.status == 0, zoned.err);
  CHECK(contains(zoned.out, "2023-11-04 00:00:00+01:00"));

  std::string days = "t,y\n", wide = "t,a,b\n";
  for (int row = 0; row < 120; ++row) {
    days += text("2023-%02d-%02d 00:00:00%s,", 1 + row / 28, 1 + row % 28, row < 90 ? "+01:00" : "+02:00") + value(row) + "\n";
    wide += text("2023-%02d-%02d,", 1 + row / 28, 1 + row % 28) + value(row) + "," + value(row + 9) + "\n";
  }
  write("days.csv", days);
  workflow_of("source = \"days.csv\"\ntime_column = \"t\"\nfrequency = \"none\"");
  REQUIRE(run().status == 0);
  CHECK(predict("days.csv").status == 0);
  write("wide.csv", wide);
  workflow_of("source = \"wide.csv\"\ntime_column = \"t\"\nfrequency = \"none\"\nlayout = \"wide\"");
  REQUIRE(run({"--set", "stages.preprocess.target=[\"a\",\"b\"]", "--set", "stages.preprocess.features=[\"a\",\"b\"]"}).status == 0);
  const Finished side_by_side = pipeline({"predict", "--checkpoint", best_checkpoint(), "--input", "wide.csv"});
  CHECK_MESSAGE(side_by_side.status == 0, side_by_side.err);
}

TEST_CASE_FIXTURE(DataCombinations, "the repeated hour is not told apart where rows of several files run against each other") {
  const auto hours = october_hours(4);
  write("a.csv", joined(hours.rbegin() + 60, hours.rend()));
  write("b.csv", joined(hours.rbegin(), hours.rbegin() + 60));
  workflow_of("source = [\"a.csv\", \"b.csv\"]\ntime_column = \"t\"\ntime_zone = \"Europe/Berlin\"\norder = \"sort\"");
  const Finished refused = run();
  CHECK(refused.status == 4);
  CHECK_FALSE(contains(refused.err, "duplicates ="));
}

TEST_CASE_FIXTURE(DataCombinations,
                  "a heading of days with the day first is not read as months, and a time in another form is no lost column") {
  std::string heading = "id", rows;
  for (int day = 1; day <= 22; ++day) heading += text(",%02d/03/2020", day);
  for (const char* id : {"a", "b", "c"}) {
    rows += id;
    for (int day = 1; day <= 22; ++day) rows += "," + value(day);
    rows += "\n";
  }
  write("d.csv", heading + "\n" + rows);
  const Finished made = pipeline({"new-workflow", "d.csv", "--output", "made.toml"});
  REQUIRE_MESSAGE(made.status == 0, made.err);
  CHECK(contains(read("made.toml"), "time_format = \"%d/%m/%Y\""));
  CHECK(contains(made.out, "step 1d, 0 gaps"));
  workflow_of("source = \"d.csv\"\nlayout = \"dates_across\"\nseries_column = \"id\"\ntime_format = \"%m/%d/%Y\"");
  const Finished refused = run();
  CHECK(refused.status == 4);
  CHECK_MESSAGE(contains(refused.err,
                         "the column \"13/03/2020\" is a time too, and time_format = \"%m/%d/%Y\" does not read it; write the "
                         "format that reads all of them"),
                refused.err);
  workflow_of(
      "source = \"d.csv\"\nlayout = \"dates_across\"\nseries_column = \"id\"\ntime_format = \"%d/%m/%Y\"\ntime_zone = \"Europe/Berlin\"");
  CHECK(contains(run().err, "layout = \"dates_across\" takes no time_zone: the times of its heading are read as they stand"));
}

TEST_CASE_FIXTURE(DataCombinations, "0,123 is no thousand, and units differ between files as within one") {
  std::string rows = "t;y\n";
  for (int row = 0; row < 60; ++row) rows += text("2023-%02d-%02d;0,%03d\n", 1 + row / 28, 1 + row % 28, row);
  write("d.csv", rows);
  workflow_of("source = \"d.csv\"\ndelimiter = \";\"\ntime_column = \"t\"\nfrequency = \"none\"\nthousands = \",\"");
  const Finished refused = run();
  CHECK(refused.status == 4);
  CHECK(contains(refused.err, "d.csv:2: column \"y\": \"0,000\" is not a number"));
  CHECK_FALSE(contains(refused.err, "write thousands"));

  std::string dollars = "y\n", euros = "y\n";
  for (int row = 0; row < 40; ++row) dollars += "$" + value(row) + "\n", euros += "\xe2\x82\xac" + value(row) + "\n";
  write("a.csv", dollars);
  write("b.csv", euros);
  workflow_of("source = [\"a.csv\", \"b.csv\"]");
  CHECK(contains(run().err, "b.csv: column \"y\" is in \xe2\x82\xac, and in the files before in $; write a column in one unit"));
}

TEST_CASE_FIXTURE(DataCombinations, "counts of milliseconds are told as such, and following that reads them") {
  std::string rows = "t,y\n";
  for (int row = 0; row < 60; ++row) rows += std::to_string(1'704'067'200'000 + row * 3'600'000LL) + "," + value(row) + "\n";
  write("d.csv", rows);
  workflow_of("source = \"d.csv\"\ntime_column = \"t\"");
  const Finished refused = run();
  CHECK(refused.status == 4);
  CHECK_MESSAGE(contains(refused.err, "as seconds since 1970 it lies far outside all data; write time_format = \"epoch_ms\""), refused.err);
  workflow_of("source = \"d.csv\"\ntime_column = \"t\"\ntime_format = \"epoch_ms\"");
  CHECK(run({"--until", "preprocess"}).status == 0);
}

TEST_CASE_FIXTURE(DataCombinations,
                  "lines that end in CR alone count as rows, and a limit that is a mark of missing values stays a limit") {
  std::string rows;
  for (int row = 0; row < 60; ++row) rows += value(row) + "\r";
  write("d.csv", rows);
  write("workflow.toml", R"(name = "small"
threads = 1
[stages.preprocess]
source = "d.csv"
header = false
features = ["1"]
target = ["1"]
[stages.slice_windows]
window = 6
horizon = 2
)");
  const Finished sound = run();
  CHECK_MESSAGE(sound.status == 0, sound.err);

  std::string limits = "y\n";
  for (int row = 0; row < 60; ++row) limits += (row % 4 == 0 ? std::string("<2") : value(row)) + "\n";
  write("d.csv", limits);
  workflow_of("source = \"d.csv\"\ncensored = \"half\"\nna_values = [1]");
  const Finished halves = run({"--until", "preprocess"});
  CHECK(halves.status == 0);
  CHECK(contains(halves.out + halves.err, "missing values: none"));
}
