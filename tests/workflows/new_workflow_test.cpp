#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

const std::filesystem::path data = std::filesystem::path(SOURCE_DIR) / "pipelines/data";

/// `rows` lines after a header; cells(row) is a line without its end.
std::string table(const std::string& header, int rows, const std::function<std::string(int)>& cells) {
  std::string text = header + "\n";
  for (int row = 0; row < rows; ++row) text += cells(row) + "\n";
  return text;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

std::string hour(int row) {
  char text[32];
  std::snprintf(text, sizeof text, "2024-01-%02d %02d:00", 1 + row / 24, row % 24);
  return text;
}

double wave(int row) { return 10 + std::sin(row * 0.26) + row % 5 * 0.1; }

struct NewWorkflow : WorkflowFixture {
  /// Guesses, checks and runs a workflow for a file; returns the workflow's text.
  std::string runs(const std::string& file, std::vector<std::string> flags = {}) const {
    std::vector<std::string> words{"new-workflow", file, "--output", "made.toml", "--force"};
    words.insert(words.end(), flags.begin(), flags.end());
    const Finished made = pipeline(words);
    REQUIRE_MESSAGE(made.status == 0, made.err);
    const Finished checked = pipeline({"validate", "made.toml"});
    CHECK_MESSAGE(checked.status == 0, checked.err);
    const Finished run = pipeline({"run", "made.toml", "--set", "trainer.max_epochs=1", "--until", "evaluate"});
    CHECK_MESSAGE(run.status == 0, run.err, read("made.toml"));
    return read("made.toml");
  }
  /// Checks the exit status for an unusable file; returns the message.
  std::string refused(const std::string& text, int status, std::vector<std::string> flags = {}) const {
    write("bad.csv", text);
    std::vector<std::string> words{"new-workflow", "bad.csv"};
    words.insert(words.end(), flags.begin(), flags.end());
    const Finished made = pipeline(words);
    CHECK(made.status == status);
    CHECK_FALSE(exists("bad.toml"));
    return made.err;
  }
};

}  // namespace

TEST_CASE_FIXTURE(NewWorkflow, "real data: an index, a transformer, the air of Beijing") {
  const std::string index = runs((data / "sp500_daily_ohlcv/sp500-2000.csv").string());
  CHECK(contains(index, "time_column = \"date\""));
  CHECK(contains(index, "working days"));
  CHECK(contains(index, "target = [\"close\"]"));
  CHECK(contains(index, "horizon = 5"));

  const std::string transformer = runs((data / "etth1/ETTh1.csv").string());
  CHECK(contains(transformer, "step 1h, 0 gaps"));
  CHECK(contains(transformer, "target = [\"OT\"]"));
  CHECK(contains(transformer, "window = 96"));

  // Rows of the shape of the UCI Beijing PM2.5 file: a row number, the time in four columns, NA at the start, a column of words.
  write("beijing.csv", table("No,year,month,day,hour,pm2.5,DEWP,TEMP,PRES,cbwd,Iws,Is,Ir", 900, [](int row) {
          const std::string day = std::to_string(1 + row / 24 % 28), month = std::to_string(1 + row / 24 / 28);
          return std::to_string(row + 1) + ",2010," + month + "," + day + "," + std::to_string(row % 24) + "," +
                 (row < 24 || row % 97 == 0 ? "NA" : number(80 + 9 * wave(row))) + "," + std::to_string(-20 + row % 7) + "," +
                 std::to_string(-10 + row % 11) + ",1021,NW," + number(row * 1.5) + ",0,0";
        }));
  const std::string air = runs("beijing.csv");
  CHECK(contains(air, "time_column = [\"year\", \"month\", \"day\", \"hour\"]"));
  CHECK(contains(air, "time_format = \"%Y %m %d %H\""));
  CHECK(contains(air, "target = [\"pm2.5\"]"));
  CHECK(contains(air, "missing = \"drop\""));
  CHECK(contains(air, "# Left out: No, since it counts the rows."));
  CHECK(contains(air, "# Left out: cbwd, since it holds words (NW, ...)."));
  CHECK(contains(air, "# Left out: PRES, since its numbers are all equal."));
}

TEST_CASE_FIXTURE(NewWorkflow, "files of many habits") {
  write("a.csv", "\xef\xbb\xbf" + table("Zeit;Last;Temp", 300, [](int row) {
                   char time[32];
                   std::snprintf(time, sizeof time, "%02d.01.2024 %02d:00", 1 + row / 24, row % 24);
                   std::string load = number(wave(row)), heat = number(5 + row % 9);
                   load[load.find('.')] = heat[heat.find('.')] = ',';
                   return std::string(time) + ";" + load + ";" + heat;
                 }));
  const std::string german = runs("a.csv");
  CHECK(contains(german, "delimiter = \";\""));
  CHECK(contains(german, "decimal = \",\""));
  CHECK(contains(german, "time_format = \"%d.%m.%Y %H:%M\""));

  write("b.csv", table("value", 200, [](int row) { return number(wave(row)); }));
  const std::string bare = runs("b.csv");
  CHECK(contains(bare, "No column holds the time"));
  CHECK(contains(bare, "the only column of numbers") == false);
  CHECK(contains(bare, "target = [\"value\"]"));

  write("c.csv", table("timestamp,load", 200, [](int row) { return std::to_string(1'700'000'000 + row * 900) + "," + number(wave(row)); }));
  CHECK(contains(runs("c.csv"), "step 15min, 0 gaps"));

  write("d.csv", table("date,time,load,load,state", 300, [](int row) {
          return hour(row).substr(0, 10) + "," + hour(row).substr(11) + "," + number(wave(row)) + ",1," + (row % 2 ? "on" : "off");
        }));
  const Finished twice = pipeline({"new-workflow", "d.csv"});
  CHECK(twice.status == 4);
  CHECK(contains(twice.err, "load: its name stands twice"));

  write("e.csv", table("when,load,heat", 400, [](int row) {
          return row % 50 == 49 ? hour(row + 1) + ",-," + number(wave(row + 1))
                                : hour(row) + "," + number(wave(row)) + "," + number(row % 13);
        }));
  CHECK(contains(runs("e.csv"), "duplicates = \"first\""));
}

TEST_CASE_FIXTURE(NewWorkflow, "a date that reads two ways, a date beside an hour, and words with line breaks") {
  write("a.csv", table("date,load", 200, [](int row) {
          char time[32];
          std::snprintf(time, sizeof time, "%02d/01/%d", 1 + row % 12, 2000 + row / 12);  // the first of every month
          return std::string(time) + "," + number(wave(row));
        }));
  const std::string monthly = runs("a.csv");
  CHECK(contains(monthly, "time_format = \"%m/%d/%Y\""));
  CHECK(contains(monthly, "step 1mo, 0 gaps"));
  write("b.csv", table("date,hour,load,note", 300, [](int row) {
          return hour(row).substr(0, 10) + "," + std::to_string(row % 24) + "," + number(wave(row)) + ",\"two\nlines\"";
        }));
  const std::string pair = runs("b.csv");
  CHECK(contains(pair, "time_column = [\"date\", \"hour\"]"));
  CHECK(contains(pair, "# Left out: note, since it holds words (two lines, ...)."));
}

TEST_CASE_FIXTURE(NewWorkflow, "gaps, words that mean missing, and a target of one's choice") {
  write("a.csv", table("when,load,heat", 400, [](int row) {
          const int shifted = row < 200 ? row : row + 5;
          return hour(shifted) + "," + (row % 60 == 30 ? "-" : number(wave(row))) + "," + number(row % 13);
        }));
  const std::string made = runs("a.csv", {"--target", "load"});
  CHECK(contains(made, "gaps = \"split\""));
  CHECK(contains(made, "step 1h, 1 gap"));
  CHECK(contains(made, "na_values = [\"-\"]"));
  CHECK(contains(made, "missing = \"forward_fill\""));
  CHECK(contains(made, "# as you asked"));
  const Finished unknown = pipeline({"new-workflow", "a.csv", "--target", "lod"});
  CHECK(unknown.status == 2);
  CHECK(contains(unknown.err, "--target lod: there is no such column; did you mean \"load\"?"));
}

TEST_CASE_FIXTURE(NewWorkflow, "a file that cannot be used gets a sentence") {
  CHECK(contains(refused("", 4), "bad.csv is empty; its first line must name the columns"));
  CHECK(contains(refused("a,b\n1,2\n3,4\n5,6\n", 4),
                 "bad.csv has 3 rows; a window of 2 rows and a horizon of 1 need 5 rows to fit into a split of 0.7, 0.15 and 0.15"));
  CHECK(contains(refused(table("5,2", 100, [](int row) { return std::to_string(row % 7) + ",4"; }), 4),
                 "bad.csv:1: the first line holds numbers (5): if it is data, say --no-header"));
  CHECK(contains(refused(table("name,state", 100, [](int) { return "a,b"; }), 4),
                 "has no column of numbers to forecast: name: it holds words (a, ...)"));
  CHECK(contains(refused(table("a,b", 100, [](int row) { return row == 7 ? "1,2,3" : "1,2"; }), 4), "bad.csv:9"));
  CHECK(contains(pipeline({"new-workflow", "missing.csv"}).err, "missing.csv: no such file"));
  CHECK(contains(refused(table("date,load", 100, [](int row) { return (row == 50 ? "" : hour(row)) + "," + number(wave(row)); }), 4),
                 "bad.csv:52: \"\" in column \"date\" is no time, as the other 99 cells are (ISO 8601): write the time there"));
  CHECK(contains(refused(table("date,load", 100, [](int row) { return hour(row) + "," + number(wave(row)); }), 2, {"--target", "date"}),
                 "this column holds the time"));
  CHECK(contains(pipeline({"new-workflow", "."}).err, ". is no file: name one CSV file"));
  write("good.csv", table("value", 100, [](int row) { return number(wave(row)); }));
  REQUIRE(pipeline({"new-workflow", "good.csv"}).status == 0);
  CHECK(contains(pipeline({"new-workflow", "good.csv", "--output", "so good.toml"}).out, "Next: pipeline run 'so good.toml'\n"));
  const Finished again = pipeline({"new-workflow", "good.csv"});
  CHECK(again.status == 2);
  const std::string before = read("good.csv");
  CHECK(contains(pipeline({"new-workflow", "good.csv", "--output", "good.csv", "--force"}).err, "is the data itself"));
  CHECK(read("good.csv") == before);
  CHECK(contains(again.err, "good.toml is there already: choose another --output, or --force"));
  CHECK(contains(pipeline({"new-workflow", "good.csv", "--output", "none/x.toml"}).err, "there is no folder "));
}

TEST_CASE_FIXTURE(NewWorkflow, "trading hours, numbers that are times, and cells that cannot be filled") {
  write("a.csv", table("when,price", 420, [](int row) {  // nine to sixteen o'clock
          return hour(row / 7 * 24 % 672 + 9 + row % 7).replace(5, 2, row < 196 ? "01" : row < 392 ? "02" : "03") + "," + number(wave(row));
        }));
  const std::string hours = runs("a.csv");
  CHECK(contains(hours, "gaps = \"allow\""));
  CHECK(contains(hours, "step 1h, 59 gaps"));

  write("b.csv",
        table("timestamp,load", 200, [](int row) { return std::to_string(1'700'000'000 + row * 900) + ".0," + number(wave(row)); }));
  const std::string seconds = runs("b.csv");
  CHECK(contains(seconds, "time_format = \"epoch\""));
  CHECK(contains(seconds, "step 15min, 0 gaps"));
  write("c.csv", table("time,load", 200, [](int row) {
          char text[32];
          std::snprintf(text, sizeof text, "202401%02d%02d", 1 + row / 24, row % 24);
          return std::string(text) + "," + number(wave(row));
        }));
  CHECK(contains(runs("c.csv"), "time_format = \"%Y%m%d%H\""));
  write("d.csv", table("time,load", 200, [](int row) { return std::to_string(row * 2) + "," + number(wave(row)); }));
  CHECK(contains(runs("d.csv"), "No column holds the time"));

  write("e.csv", table("when,load,heat", 400, [](int row) {  // the first row of the validation split is missing
          return hour(row) + "," + (row > 270 && row < 290 ? "" : number(wave(row))) + "," + number(row % 13);
        }));
  CHECK(contains(runs("e.csv"), "missing = \"drop\""));
}

TEST_CASE_FIXTURE(NewWorkflow, "a short series gets a small workflow and a warning") {
  for (const int rows : {36, 20, 8}) {
    CAPTURE(rows);
    write("a.csv", table("month,sales", rows, [](int row) {
            char month[32];
            std::snprintf(month, sizeof month, "%d-%02d", 2020 + row / 12, row % 12 + 1);
            return std::string(month) + "," + number(200 + 40 * wave(row));
          }));
    const std::string made = runs("a.csv");
    CHECK(contains(made, "type = \"LinearModel\""));
    CHECK(contains(made, "horizon = 1 "));
    CHECK(contains(pipeline({"new-workflow", "a.csv", "--output", "made.toml", "--force"}).out,
                   "  warning: " + std::to_string(rows) + " rows are few: "));
  }
  write("a.csv", table("value", 60, [](int row) { return number(wave(row)); }));
  const Finished enough = pipeline({"new-workflow", "a.csv"});
  CHECK_FALSE(contains(enough.out, "warning"));
  CHECK(contains(read("a.toml"), "LSTMModel"));
}

TEST_CASE_FIXTURE(NewWorkflow, "the target is no flag and no column that hardly changes, and late columns are left out") {
  write("a.csv", table("when,heat,late,stock,flag", 300, [](int row) {
          return hour(row) + "," + number(wave(row)) + "," + (row < 80 ? "" : number(row % 13)) + "," + std::to_string(row / 60) + "," +
                 std::to_string(row % 3 / 2);
        }));
  const std::string made = runs("a.csv");
  CHECK(contains(made, "target = [\"heat\"]"));
  CHECK(contains(made, "# the last column of numbers, as flag has two values"));
  CHECK(contains(made, "# Left out: late, since it begins in row 81 and would cost 80 of 300 rows."));
  CHECK(contains(runs("a.csv", {"--target", "late"}), "target = [\"late\"]"));

  write("b.csv", table("when,load,gappy", 300,
                       [](int row) { return hour(row) + "," + number(wave(row)) + "," + (row % 3 == 0 ? "" : number(row % 13)); }));
  CHECK(contains(runs("b.csv"), "# Left out: gappy, since dropping its 100 cells without a value leaves too few rows."));
}

TEST_CASE_FIXTURE(WorkflowFixture, "columns that are known ahead and columns that are fixed in a series are found") {
  const auto rows = [](const std::string& id, int size, const std::string& region) {
    std::string text;
    for (int day = 0; day < 100; ++day) {
      const std::string date = "2024-0" + std::to_string(1 + day / 25) + "-" + (day % 25 < 9 ? "0" : "") + std::to_string(day % 25 + 1);
      text += id + "," + date + "," + (day < 95 ? std::to_string(size + day * 7 % 13) : "") + "," + std::to_string(3 + day * 5 % 7) + "," +
              (day < 95 ? std::to_string(day * 3 % 11) : "") + "," + std::to_string(size) + "," + region + "\n";
    }
    return text;
  };
  write("shops.csv", "shop,date,sales,price,visitors,size,region\n" + rows("a", 10, "north") + rows("b", 20, "south"));
  const Finished done = pipeline({"new-workflow", "shops.csv"});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK_MESSAGE(contains(done.out, "  known ahead: price, in 10 rows after the last target\n"), done.out);
  CHECK_MESSAGE(contains(done.out, "  fixed in a series: size and region\n"), done.out);
  const std::string text = read("shops.toml");
  CHECK_MESSAGE(contains(text, "features = [\"sales\", \"price\", \"visitors\"]\n"), text);
  CHECK(contains(text, "known_future = [\"price\"] "));
  CHECK(contains(text, "static = [\"size\", \"region\"] "));
  CHECK(contains(text, "categories = [\"region\"] "));
  CHECK_FALSE(contains(text, "missing ="));
  CHECK_FALSE(contains(text, "Left out"));
  const Finished ran = pipeline({"run", "shops.toml", "--until", "slice_windows"});
  CHECK_MESSAGE(ran.status == 0, ran.err);
  CHECK(contains(ran.err, "10 rows hold columns known ahead alone"));
  // One series alone: nothing is fixed.
  write("shop.csv", "shop,date,sales,price,visitors,size,region\n" + rows("a", 10, "north"));
  const Finished one = pipeline({"new-workflow", "shop.csv"});
  REQUIRE_MESSAGE(one.status == 0, one.err);
  CHECK(contains(read("shop.toml"), "known_future = [\"price\"] "));
  CHECK_FALSE(contains(read("shop.toml"), "static ="));
  CHECK(pipeline({"run", "shop.toml", "--until", "slice_windows"}).status == 0);
}
