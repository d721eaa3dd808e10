#include <doctest/doctest.h>

#include <functional>

#include "support/printed.h"
#include "workflows/workflow_fixture.h"

using namespace pipeline;
using test::text;

namespace {

/// A day of January to April 2024 and so on, 28 a month.
std::string day(int number) { return text("2024-%02d-%02d", 1 + number / 28, 1 + number % 28); }
int measured(int row) { return row * 37 % 41; }

struct NewWorkflowPanels : WorkflowFixture {
  /// `series` times `rows` lines of d.csv under a heading, and `more`.
  void panel(const std::string& heading, int series, int rows, const std::function<std::string(int, int)>& cells,
             const std::string& more = "") const {
    std::string lines = heading + "\n";
    for (int s = 0; s < series; ++s) {
      for (int row = 0; row < rows; ++row) lines += cells(s, row) + "," + std::to_string(measured(row + s)) + "\n";
    }
    write("d.csv", lines + more);
  }
  /// Guesses a workflow for d.csv and runs it; its text.
  [[nodiscard]] std::string runs(const std::vector<std::string>& flags = {}) const {
    std::vector<std::string> words{"new-workflow", "d.csv", "--output", "made.toml", "--force"};
    words.insert(words.end(), flags.begin(), flags.end());
    const Finished made = pipeline(words);
    REQUIRE_MESSAGE(made.status == 0, made.err);
    const Finished run = pipeline({"run", "made.toml", "--set", "trainer.max_epochs=1", "--until", "evaluate"});
    REQUIRE_MESSAGE(run.status == 0, run.err, read("made.toml"));
    return read("made.toml");
  }
  /// Runs preprocess with these lines; its sentence.
  [[nodiscard]] std::string refused(const std::string& lines) const {
    write("w.toml", "[stages.preprocess]\nsource = \"d.csv\"\nfeatures = [\"y\"]\ntarget = [\"y\"]\n" + lines);
    const Finished done = pipeline({"run", "w.toml"});
    CHECK(done.status == 4);
    return done.err;
  }
};

}  // namespace

TEST_CASE_FIXTURE(NewWorkflowPanels, "a panel in which a row stands twice runs, and says which row is kept") {
  panel(
      "store,date,y", 3, 150, [](int s, int row) { return text("%c,", 'A' + s) + day(row % 150); }, "B," + day(77) + ",12\n");
  const std::string made = runs();
  CHECK(contains(made, "series_column = \"store\""));
  CHECK(contains(made, "duplicates = \"first\""));
  CHECK(contains(made, "1 row has the time of a row before; or \"last\", \"mean\""));
  CHECK(contains(refused("time_column = \"date\""),
                 "told apart by store: write series_column = \"store\", and duplicates = \"first\", \"last\" or \"mean\", as 1 row repeats "
                 "a time of its series"));
}

TEST_CASE_FIXTURE(NewWorkflowPanels, "series without a time, whose rows a column counts, are not laid end to end") {
  panel("unique_id,ds,y", 5, 100, [](int s, int row) { return text("%c,%d", 'A' + s, row + 1); });
  const std::string made = runs();
  CHECK(contains(made, "series_column = \"unique_id\""));
  CHECK(contains(made, "No column holds the time"));
  CHECK(contains(made, "Left out: ds, since it counts the rows of each series"));
  CHECK(contains(made, "window = 8 "));  // a twelfth of the 100 rows of a series
}

TEST_CASE_FIXTURE(NewWorkflowPanels, "local hours of several series run where a time zone is named") {
  panel("site,time,y", 2, 300, [](int s, int row) {
    const int shown = row < 9 * 24 + 3 ? row : row - 1;  // the clocks of Berlin go back on 2023-10-29 at 3
    const int date = 20 + shown / 24;
    return text("%c,2023-%02d-%02d %02d:00", 'A' + s, date > 31 ? 11 : 10, date > 31 ? date - 31 : date, shown % 24);
  });
  const std::string made = runs({"--time-zone", "Europe/Berlin"});
  CHECK(contains(made, "series_column = \"site\""));
  CHECK(contains(made, "step 1h, 0 gaps"));
  CHECK_FALSE(contains(made, "duplicates"));
}

TEST_CASE_FIXTURE(NewWorkflowPanels, "three columns that tell series apart together run") {
  panel("a,b,c,date,y", 8, 60, [](int s, int row) { return text("%c,%c,%c,", 'x' + s / 4, 'x' + s / 2 % 2, 'x' + s % 2) + day(row); });
  CHECK(contains(runs(), "series_column = [\"a\", \"b\", \"c\"]"));
}

TEST_CASE_FIXTURE(NewWorkflowPanels, "where most times repeat the cure is no choice of one row of each") {
  panel("date,y", 5, 60, [](int, int row) { return day(row); });
  const std::string error = refused("time_column = \"date\"\norder = \"sort\"");
  CHECK(contains(error, "60 times stand in 300 rows; write series_column = the column that tells the series apart"));
  CHECK_FALSE(contains(error, "duplicates"));
}

TEST_CASE_FIXTURE(NewWorkflowPanels, "two-digit years on both sides of their border are not sorted") {
  panel("month,y", 1, 144, [](int, int row) { return text("01.%02d.%02d", row % 12 + 1, 59 + row / 12); });
  for (const char* order : {"", "order = \"sort\"\n"}) {
    const std::string error = refused("time_column = \"month\"\ntime_format = \"%d.%m.%y\"\n" + std::string(order));
    CHECK(contains(error, "d.csv:122: the years 59 to 70 cross the border of two-digit years (69 is 1969, 68 is 2068): write four digits"));
    CHECK_FALSE(contains(error, "order ="));
  }
}
