#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "pipeline/data/files.h"
#include "workflows/panel_fixture.h"

TEST_CASE_FIXTURE(PanelFixture, "wide and dates_across hold the same series as long") {
  const std::string one_a_series = R"(time_column = "ds"
series_column = "unique_id"
)";
  std::string wide = "ds,a,b,c\n", across = "unique_id,note";
  for (int day = 0; day < 80; ++day) {
    const auto value = [&](const char* id, int days, double level) {
      const std::string row = row_of(id, day, level);
      return day < days ? row.substr(row.rfind(',') + 1, row.size() - row.rfind(',') - 2) : std::string();
    };
    const std::string date = row_of("a", day, 1).substr(2, 10);
    wide += date + "," + value("a", 80, 10) + "," + value("b", 70, 500) + "," + value("c", 60, 3) + "\n";
    across += "," + date;
  }
  across += "\n";
  for (const auto& [id, days, level] : {std::tuple{"a", 80, 10.0}, {"b", 70, 500.0}, {"c", 60, 3.0}}) {
    across += std::string(id) + ",x";
    for (int day = 0; day < 80; ++day) {
      const std::string row = row_of(id, day, level);
      across += day < days ? row.substr(row.rfind(','), row.size() - row.rfind(',') - 1) : ",";
    }
    across += "\n";
  }
  write("wide.csv", wide);
  write("across.csv", across);

  panel(one_a_series);
  REQUIRE(run().status == 0);
  const std::string predictions = read("runs/panel/evaluate/predictions.csv"), series = read("runs/panel/preprocess/series.npy");
  panel("time_column = \"ds\"\nlayout = \"wide\"\nfeatures = [\"a\", \"b\", \"c\"]\ntarget = [\"a\", \"b\", \"c\"]\n", "",
        "split = { val = 12, test = 12 }", "wide.csv");
  Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(read("runs/panel/preprocess/series.npy") == series);
  CHECK(read("runs/panel/evaluate/predictions.csv") == predictions);
  done = predict(wide);
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(lines_of(done.out).size() == 1 + 3 * 2);
  CHECK(contains(done.err, "2 of 3 series end before the newest row (2024-03-20), each forecast from its own last row: b, c"));
  done = predict("ds,d\n2024-01-01,1\n");
  CHECK_MESSAGE(done.status == 4, done.err);
  CHECK_MESSAGE(contains(done.err, "has none of the columns that are series, such as \"a\""), done.err);

  panel("layout = \"dates_across\"\nseries_column = \"unique_id\"\n", "", "split = { val = 12, test = 12 }", "across.csv");
  done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(read("runs/panel/preprocess/series.npy") == series);
  CHECK(read("runs/panel/evaluate/predictions.csv") == predictions);
  CHECK(predict(across).status == 0);
}

TEST_CASE_FIXTURE(PanelFixture, "options that do not fit a layout are mistakes") {
  const auto mistake = [&](const std::string& preprocess, const std::string& head = "split = { val = 12, test = 12 }") {
    panel(preprocess, "", head);
    return error_of_run(2);
  };
  CHECK(contains(mistake("time_column = \"ds\"\nlayout = \"long\"\n"),
                 "layout = \"long\" needs series_column: name the column that tells the series apart, or several"));
  CHECK(contains(mistake("time_column = \"ds\"\nseries_column = \"ds\"\n"),
                 "series_column names the column \"ds\", which is the time_column"));
  CHECK(contains(mistake("time_column = \"ds\"\nseries_column = \"y\"\n"),
                 "the target \"y\" would have the heading y in predictions.csv, which has the ids of the series"));
  CHECK(contains(mistake("time_column = \"ds\"\nseries_column = \"unique\"\n"), "no column \"unique\" in panel.csv"));
  CHECK(contains(mistake("layout = \"dates_across\"\nseries_column = \"unique_id\"\nfeatures = [\"a\", \"b\"]\ntarget = [\"a\"]\n"),
                 "layout = \"dates_across\" has one value for each time: write target and features as one name of your choice"));
  CHECK(contains(mistake("layout = \"dates_across\"\ntime_column = \"ds\"\nseries_column = \"unique_id\"\n"),
                 "layout = \"dates_across\" takes no time_column"));
  CHECK(contains(mistake("time_column = \"ds\"\nlayout = \"wide\"\nfeatures = [\"y\"]\ntarget = [\"y\", \"unique_id\"]\n"),
                 "features lists either all of them, if the past of a series is an input, or none"));
  const std::string panel_of = "time_column = \"ds\"\nseries_column = \"unique_id\"\n";
  CHECK(contains(mistake(panel_of, "split = { val = 12 }"), "split takes val and test here: { val = 48, test = 48 }"));
  CHECK(contains(mistake(panel_of, "split = { val = -1, test = 12 }"), "split: val and test are counts of rows, none of them below 0"));
  CHECK(contains(mistake(panel_of, "split = { val = 0.5, test = 0.6 }"),
                 "split: val and test are shares of the rows, and leave none to train on: they add up to 1.1"));
}

TEST_CASE_FIXTURE(PanelFixture, "a series column that heads another column of predictions.csv is refused by validate") {
  write("panel.csv", "step,ds,y\n" + rows_of("a", 80, 10) + rows_of("b", 70, 500));
  panel("time_column = \"ds\"\nseries_column = \"step\"\n");
  const Finished done = pipeline({"validate", "workflow.toml"});
  CHECK(done.status == 2);
  CHECK(contains(done.err,
                 "workflow.toml:7:17: the series column \"step\" would have the heading of the column step that predictions.csv "
                 "has: rename the column in the source file"));
}

TEST_CASE_FIXTURE(PanelFixture, "mistakes in a long file name id and line") {
  panel();
  write("panel.csv", heading + rows_of("a", 40, 10) + row_of("a", 5, 11) + rows_of("b", 40, 10));
  CHECK(contains(error_of_run(4), "panel.csv:42: series \"a\": the time 2024-01-06 00:00:00 stands in a row before ("));
  write("panel.csv", heading + rows_of("a", 40, 10) + rows_of("", 1, 11));
  CHECK(contains(error_of_run(4), "panel.csv:42: the id of the series is empty; give each row an id, or remove the row"));
  write("panel.csv", heading + rows_of("a", 40, 10) + "b,2024-01-01,\n" + rows_of("c", 40, 10));
  CHECK(contains(error_of_run(4), "panel.csv:42: series \"b\": column \"y\" has no value; write missing = \"drop\""));
  write("panel.csv", heading + rows_of("a", 40, 10) + row_of("a", 45, 10) + rows_of("b", 40, 10));
  CHECK(contains(error_of_run(4), "panel.csv:42: series \"a\": 6d from 2024-02-09 00:00:00 to 2024-02-15 00:00:00 where the step is 1d"));
}

TEST_CASE_FIXTURE(PanelFixture, "series of different steps are an error that names three of them") {
  std::string text = heading;
  for (const char* id : {"a", "b", "c", "d"}) text += rows_of(id, 60, 10);
  for (const char* id : {"u", "v", "w", "x"}) {
    for (int row = 0; row < 60; row += 2) text += row_of(id, row, 5);
  }
  write("panel.csv", text + rows_of("e", 60, 10));
  panel();
  CHECK(contains(
      error_of_run(4),
      "the series do not have one step: most have 1d, and 4 of 9 another: \"u\" (2d), \"v\" (2d), \"w\" (2d), ...; name the column "
      "that holds their frequency with frequency_column, give the series of each step a file and a workflow of their own, or write "
      "frequency "
      "= \"none\" to count rows as steps"));
}

TEST_CASE_FIXTURE(PanelFixture, "short series are an error, or are left out and counted") {
  write("panel.csv", heading + rows_of("a", 80, 10) + rows_of("tiny", 20, 500) + rows_of("short", 7, 3) + rows_of("b", 80, 5));
  panel();
  CHECK(contains(error_of_run(4),
                 "2 of 4 series have too few rows to be split (at most 20): \"tiny\" and \"short\"; change split, or write "
                 "short_series = \"drop\" to leave them out"));
  const std::string drop = "time_column = \"ds\"\nseries_column = \"unique_id\"\nshort_series = \"drop\"\n";
  panel(drop);
  Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err,
                 "2 of 4 series have too few rows to be split (at most 20): \"tiny\" and \"short\"; left out, which leaves 2 series"));
  CHECK(read("runs/panel/preprocess/ids.txt") == "a\nb\n");

  // Enough rows for the split, too few for a window.
  write("panel.csv", heading + rows_of("a", 80, 10) + rows_of("tiny", 9, 500));
  panel("time_column = \"ds\"\nseries_column = \"unique_id\"\n", "", "split = { val = 2, test = 2 }");
  CHECK(contains(error_of_run(4),
                 "1 of 2 series has no window in any split, since window = 8 and horizon = 2 need 10 rows in a row: \"tiny\"; "
                 "write a smaller window or horizon, or padding = \"left\" to train on windows that begin before their series, or "
                 "short_series = \"drop\" in the stage that made the series to leave it out"));
  panel(drop, "", "split = { val = 2, test = 2 }");
  done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err, "\"tiny\"; left out (short_series = \"drop\")"));
  CHECK(lines_of(read("runs/panel/evaluate/by_series.csv")).size() == 2);
}

TEST_CASE_FIXTURE(PanelFixture, "splits by times and by fractions are at the same times in every series") {
  const std::string panel_of = "time_column = \"ds\"\nseries_column = \"unique_id\"\n";
  panel(panel_of, "", "split = [\"2024-02-01\", \"2024-02-16\"]");
  Finished done = run({"--until", "slice_windows"});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err, "train: 93 rows of 3 series, 2024-01-01 to 2024-01-31"));
  CHECK(contains(done.err, "val: 45 rows of 3 series, 2024-02-01 to 2024-02-15"));
  CHECK(contains(done.err, "test: 72 rows of 3 series, 2024-02-16 to 2024-03-20"));
  panel(panel_of, "", "split = [0.5, 0.25, 0.25]");  // of 80 distinct times
  done = run({"--until", "slice_windows"});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err, "train: 120 rows of 3 series, 2024-01-01 to 2024-02-09"));
  CHECK(contains(done.err, "val: 60 rows of 3 series, 2024-02-10 to 2024-02-29"));
  CHECK(contains(done.err, "test: 30 rows of 3 series, 2024-03-01 to 2024-03-20"));
}

TEST_CASE_FIXTURE(PanelFixture, "rows at the end are split off a single series too") {
  write("one.csv", "ds,y\n" + without_ids(rows_of("a", 80, 10)));
  panel("time_column = \"ds\"\n", "", "split = { val = 12, test = 12 }", "one.csv");
  Finished done = run({"--until", "slice_windows"});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err, "train: 56 rows, 2024-01-01 to 2024-02-25"));
  CHECK_FALSE(std::filesystem::exists(path() / "runs/panel/preprocess/ids.txt"));
  CHECK_FALSE(std::filesystem::exists(path() / "runs/panel/slice_windows/ranges.npy"));
  panel("time_column = \"ds\"\n", "", "split = { val = 40, test = 40 }", "one.csv");
  CHECK(contains(error_of_run(4), "split = { val = 40, test = 40 } leaves none of the 80 rows to train on"));
}

TEST_CASE_FIXTURE(PanelFixture, "a file of many series without series_column says which column tells them apart") {
  panel("time_column = \"ds\"\n");
  CHECK(contains(error_of_run(4),
                 "the time 2024-01-01 00:00:00 does not come after those of the rows before; this "
                 "file holds 3 series, told apart by unique_id: write series_column = \"unique_id\""));
}

TEST_CASE_FIXTURE(PanelFixture, "new-workflow recognises many series in one file") {
  const auto begun = [&](const std::string& name, const std::string& csv) {
    write(name + ".csv", csv);
    const Finished done = pipeline({"new-workflow", name + ".csv", "--force"});
    CHECK_MESSAGE(done.status == 0, done.err);
    return done.out + read(name + ".toml");
  };
  const auto runs = [&](const std::string& name) {
    const Finished done = pipeline({"run", name + ".toml", "--set", "trainer.max_epochs=1"});
    CHECK_MESSAGE(done.status == 0, done.err);
  };
  std::string by_time = heading, years = "source,year,mean\n";
  for (int day = 0; day < 80; ++day) {
    for (const char* id : {"17", "18", "20"}) by_time += row_of(id, day, 10);
  }
  for (int year = 1900; year < 2020; ++year) {
    for (const char* id : {"alpha", "beta"})
      years += std::string(id) + "," + std::to_string(year) + "," + std::to_string(std::sin(year)) + "\n";
  }
  std::string text = begun("blocks", heading + rows_of("a", 80, 10) + rows_of("b", 70, 500) + rows_of("c", 60, 3));
  CHECK(contains(text, "series: 3, told apart by unique_id"));
  CHECK(contains(text, "series_column = \"unique_id\""));
  CHECK(contains(text, "features = [\"y\"]"));
  runs("blocks");
  text = begun("by_time", by_time);
  CHECK(contains(text, "series_column = \"unique_id\""));
  runs("by_time");
  text = begun("years", years);
  CHECK(contains(text, "series_column = \"source\""));
  CHECK(contains(text, "time_column = \"year\""));
  CHECK(contains(text, "time_format = \"%Y\""));
  runs("years");

  std::string across = "Province,Country,Lat,1/22/20,1/23/20,1/24/20,1/25/20,1/26/20";
  for (int day = 27; day <= 31; ++day) across += ",1/" + std::to_string(day) + "/20";
  for (int day = 1; day <= 29; ++day) across += ",2/" + std::to_string(day) + "/20";
  across += "\n";
  for (int land = 0; land < 12; ++land) {
    across += (land < 3 ? ",Land " : "North,Land ") + std::to_string(land) + "," + std::to_string(land) + ".5";
    for (int day = 0; day < 39; ++day) across += "," + std::to_string(10 * land + day * (land + 1));
    across += "\n";
  }
  text = begun("across", across);
  CHECK(contains(text, "layout = \"dates_across\""));
  CHECK(contains(text, "series_column = \"Country\""));
  CHECK(contains(text, "time_format = \"%m/%d/%y\""));
  CHECK(contains(text, "series: 12, told apart by Country; a row each, and the names of the columns are times"));
  runs("across");

  // One series with a column of words is no panel.
  std::string one = "ds,weekday,y\n";
  for (int day = 0; day < 80; ++day) {
    const std::string row = row_of("a", day, 10);
    one += row.substr(2, 11) +
           std::vector<std::string>{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}[static_cast<std::size_t>(day) % 7] + row.substr(12);
  }
  CHECK_FALSE(contains(begun("weekdays", one), "series_column"));
}
