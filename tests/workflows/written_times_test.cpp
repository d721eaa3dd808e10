#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <sstream>

#include "support/printed.h"
#include "workflows/workflow_fixture.h"

using namespace pipeline;
using test::text;

namespace {

/// The value of a row: a wave with noise that repeats.
std::string value(int row) { return text("%.3f", 50 + 9 * std::sin(row * 0.26) + row * 7 % 5); }

/// A file of `rows` rows; first_cells(row) is all but the last, which is the value.
std::string table(const std::string& header, int rows, const std::function<std::string(int)>& first_cells) {
  std::string out = header + "\n";
  for (int row = 0; row < rows; ++row) out += first_cells(row) + "," + value(row) + "\n";
  return out;
}

std::string iso(std::chrono::sys_days day) {
  const std::chrono::year_month_day date{day};
  return text("%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

/// A day in 2023, counted from its first of January.
std::chrono::sys_days day(int number) { return std::chrono::sys_days{std::chrono::year{2023} / 1 / 1} + std::chrono::days{number}; }
std::string iso(int number) { return iso(day(number)); }
unsigned day_of_month(int number) { return static_cast<unsigned>(std::chrono::year_month_day{day(number)}.day()); }
unsigned month(int number) { return static_cast<unsigned>(std::chrono::year_month_day{day(number)}.month()); }

/// Local hours of Berlin around a change of the clocks, from midnight of `first` (a day of 2023) on; `missing` and `twice` are hours of
/// `change`.
std::vector<std::string> local_hours(int first, int days, int change, int missing, int twice) {
  std::vector<std::string> out;
  for (int number = first; number < first + days; ++number) {
    for (int hour = 0; hour < 24; ++hour) {
      if (number == change && hour == missing) continue;
      out.push_back(iso(number) + text(" %02d:00", hour));
      if (number == change && hour == twice) out.push_back(out.back());
    }
  }
  return out;
}

struct WrittenTimes : WorkflowFixture {
  [[nodiscard]] Finished guess(const std::vector<std::string>& flags = {}) const {
    std::vector<std::string> words{"new-workflow", "d.csv", "--output", "made.toml", "--force"};
    words.insert(words.end(), flags.begin(), flags.end());
    return pipeline(words);
  }
  /// Guesses a workflow for d.csv and runs it; its text.
  [[nodiscard]] std::string runs(const std::vector<std::string>& flags = {}) const {
    const Finished made = guess(flags);
    REQUIRE_MESSAGE(made.status == 0, made.err);
    const Finished run = pipeline({"run", "made.toml", "--set", "trainer.max_epochs=1", "--until", "evaluate"});
    REQUIRE_MESSAGE(run.status == 0, run.err, read("made.toml"));
    return read("made.toml");
  }
  /// The times of a forecast after d.csv by what runs() trained.
  [[nodiscard]] std::string forecast_times(const std::vector<std::string>& flags = {}) const {
    std::vector<std::string> words{"predict", "--checkpoint", json("runs/d/train/train.json").at("best").as_string(), "--input", "d.csv"};
    words.insert(words.end(), flags.begin(), flags.end());
    const Finished predicted = pipeline(words);
    REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
    std::istringstream lines(predicted.out);
    std::string out, line;
    std::getline(lines, line);
    while (std::getline(lines, line)) out += line.substr(line.find(',') + 1, line.find(',', line.find(',') + 1) - line.find(',') - 1) + " ";
    return out;
  }
  /// Runs preprocess with these lines; its sentences.
  [[nodiscard]] Finished preprocess(const std::string& lines) const {
    write("w.toml", "[stages.preprocess]\nsource = \"d.csv\"\nfeatures = [\"y\"]\ntarget = [\"y\"]\n" + lines);
    return pipeline({"run", "w.toml"});
  }
};

}  // namespace

TEST_CASE_FIXTURE(WrittenTimes, "a download with its newest row first, and a clock for the date of today") {
  const std::string rows = table("date,y", 120, [](int row) { return iso(119 - row); });
  write("d.csv", rows);
  CHECK(contains(runs(), "order = \"sort\""));
  CHECK(forecast_times().starts_with("2023-05-01 2023-05-02 "));
  CHECK(contains(preprocess("time_column = \"date\"").err, "d.csv:121: the rows run from new to old"));
  CHECK(preprocess("time_column = \"date\"\norder = \"sort\"").status == 0);

  write("d.csv", "date,y\n10:52,54.25\n" + rows.substr(rows.find('\n') + 1));
  const Finished odd = guess();
  CHECK(odd.status == 4);
  CHECK(contains(odd.err,
                 "d.csv:2: \"10:52\" in column \"date\" is no time, as the other 120 cells are (ISO 8601); the rows run from new to old: "
                 "write the time there\n"));
  CHECK(contains(preprocess("time_column = \"date\"").err, "the other 120 cells can be read: write the time there"));
  write("d.csv", "date,y\n2023-05-02,1\n" + rows.substr(rows.find('\n') + 1));
  CHECK(contains(runs(), "order = \"sort\""));

  write("d.csv", table("date,y", 120, [](int row) { return row == 60 ? std::string("?") : iso(row); }));
  CHECK(contains(guess().err,
                 "d.csv:62: \"?\" in column \"date\" is no time, as the other 119 cells are (ISO 8601): write the time there; with "
                 "--count-rows the rows are counted instead"));
  CHECK(contains(runs({"--count-rows"}), "No column holds the time"));
}

TEST_CASE_FIXTURE(WrittenTimes, "months with names, and a clock of twelve hours") {
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May"};
  write("d.csv",
        table("Date,y", 120, [&](int row) { return text("\"%s %02u, 2023\"", months[month(119 - row) - 1], day_of_month(119 - row)); }));
  CHECK(contains(runs(), "time_format = \"%b %d, %Y\""));
  CHECK(forecast_times().starts_with("2023-05-01 "));
  write("d.csv", table("Date,y", 300, [](int row) {
          return text("01/%02d/2024 %02d:00:00 %s", 1 + row / 24, row % 12 == 0 ? 12 : row % 12, row % 24 < 12 ? "AM" : "PM");
        }));
  const std::string twelve = runs();
  CHECK(contains(twelve, "time_format = \"%m/%d/%Y %I:%M:%S %p\""));
  CHECK(contains(twelve, "step 1h, 0 gaps"));
}

TEST_CASE_FIXTURE(WrittenTimes, "hours that end, 1 to 24, beside a date with the month first or in one cell") {
  write("d.csv", table("Delivery Date,Hour Ending,y", 336, [](int row) { return text("07/%02d/2024,%d", 1 + row / 24, 1 + row % 24); }));
  const std::string pair = runs();
  CHECK(contains(pair, "time_column = [\"Delivery Date\", \"Hour Ending\"]"));
  CHECK(contains(pair, "time_format = \"%m/%d/%Y %H\""));
  CHECK(forecast_times().starts_with("2024-07-15 01:00:00 "));
  write("d.csv", table("when,y", 336, [](int row) { return text("07/%02d/2024 %02d:00", 1 + row / 24, 1 + row % 24); }));
  CHECK(contains(runs(), "step 1h, 0 gaps"));
}

TEST_CASE_FIXTURE(WrittenTimes, "forms of periods and of intervals, day numbers and years") {
  const auto form = [&](const std::string& header, int rows, const std::function<std::string(int)>& cells) {
    write("d.csv", table(header, rows, cells));
    return runs();
  };
  CHECK(contains(form("period,y", 80, [](int row) { return text("%dQ%d", 1990 + row / 4, 1 + row % 4); }), "time_format = \"%YQ%q\""));
  CHECK(forecast_times().starts_with("2010-01-01 "));
  CHECK(contains(form("week,y", 104, [](int row) { return text("%d-W%02d", 2021 + row / 52, 1 + row % 52); }), "step 7d, 0 gaps"));
  CHECK(contains(form("period,y", 80, [](int row) { return text("%dM%02d", 1990 + row / 12, 1 + row % 12); }), "time_format = \"%YM%m\""));
  CHECK(contains(form("year,y", 80, [](int row) { return text("%d", 1900 + row); }), "time_format = \"%Y\""));
  CHECK(forecast_times().starts_with("1980-01-01 "));
  CHECK(contains(form("MTU,y", 192,
                      [](int row) {
                        const auto at = [](int i) { return text("%02d.01.2023 %02d:%02d", 1 + i / 96, i / 4 % 24, i % 4 * 15); };
                        return at(row) + " - " + at(row + 1);
                      }),
                 "step 15min, 0 gaps"));
  const std::string excel = form("Date,y", 300, [](int row) { return text("%.6f", 44197 + row / 24.0); });
  CHECK(contains(excel, "time_format = \"excel\""));
  CHECK(contains(excel, "step 1h, 0 gaps"));
  CHECK(contains(form("when,y", 96,
                      [](int row) {
                        return row % 24 == 0 ? text("%02d.01.2023", 1 + row / 24) : text("%02d.01.2023 %02d:00", 1 + row / 24, row % 24);
                      }),
                 "step 1h, 0 gaps"));
}

TEST_CASE_FIXTURE(WrittenTimes, "years before 1678 are told so, and counting the rows is a cure") {
  write("d.csv", table("year,y", 380, [](int row) { return text("%d-01-01", 1620 + row); }));
  const Finished old = guess();
  CHECK(old.status == 4);
  CHECK(contains(old.err,
                 "d.csv:2: \"1620-01-01\" in column \"year\" lies outside the years 1678 to 2261, which nanoseconds in 64 bits can "
                 "tell; with --count-rows the rows are counted instead"));
  CHECK(contains(preprocess("time_column = \"year\"").err, "write no time_column, and the rows are counted instead"));
  CHECK(preprocess("").status == 0);
  CHECK(contains(runs({"--count-rows"}), "No column holds the time"));
}

TEST_CASE_FIXTURE(WrittenTimes, "several forms in one column are told with their lines") {
  write("d.csv", table("date,y", 120, [](int row) { return row < 60 ? iso(row) : text("%02u.%02u.2023", day_of_month(row), month(row)); }));
  const std::string sentence = "holds times in several forms: 60 rows as ISO 8601 (first ";
  const Finished mixed = guess();
  CHECK(mixed.status == 4);
  CHECK(contains(mixed.err, sentence));
  CHECK(contains(mixed.err, "d.csv:62, \"02.03.2023\"): write all in one"));
  CHECK(contains(preprocess("time_column = \"date\"").err, sentence));
  write("d.csv", table("date,y", 120, [](int row) { return text("jour %d de l'an 2023", row + 1); }));
  CHECK(contains(guess().err, "d.csv:2: column \"date\" is named for a time, and \"jour 1 de l'an 2023\" is none that can be read"));
  CHECK(guess({"--count-rows"}).status == 0);
  write("d.csv", table("when,y", 120, [](int row) { return text("2023|%02u|%02u", month(row), day_of_month(row)); }));
  CHECK(contains(guess().err,
                 "d.csv:2: column \"when\" looks like a time, and \"2023|01|01\" is none that can be read; tell its form with "
                 "time_format in a workflow of your own"));
  CHECK(preprocess("time_column = \"when\"\ntime_format = \"%Y|%m|%d\"").status == 0);
}

TEST_CASE_FIXTURE(WrittenTimes, "a sensor whose clock was set back, and a file of several series") {
  write("d.csv", table("timestamp,y", 312, [](int row) {
          const int at = row < 132 ? row : row - 12;
          return text("2024-02-%02d %02d:%02d:00", 1 + at / 288, at / 12 % 24, at % 12 * 5);
        }));
  const std::string made = runs();
  CHECK(contains(made, "duplicates = \"first\""));
  CHECK(contains(made, "12 rows have the time of a row before"));
  const Finished stopped = preprocess("time_column = \"timestamp\"");
  CHECK(stopped.status == 4);
  CHECK(contains(stopped.err, "d.csv:134: the time 2024-02-01 10:00:00 stands in a row before ("));
  CHECK(contains(stopped.err, "12 times stand in 24 rows; write duplicates = \"first\", \"last\" or \"mean\" to keep one row of each"));
  for (const char* kept : {"first", "last", "mean"}) {
    const Finished run = preprocess("time_column = \"timestamp\"\nduplicates = \"" + std::string(kept) + "\"");
    CHECK_MESSAGE(run.status == 0, run.err);
  }
  write("d.csv", table("id,date,y", 200, [](int row) { return text("%c,", row < 100 ? 'a' : 'b') + iso(row % 100); }));
  const Finished several = guess();
  CHECK(several.status == 0);
  CHECK(contains(several.out, "series: 2, told apart by id"));
  CHECK(contains(read("made.toml"), "series_column = \"id\""));
}

TEST_CASE_FIXTURE(WrittenTimes, "days at local midnight with offsets that change are counted on the calendar") {
  write("d.csv", table("Date,y", 365, [](int row) { return iso(row) + (row < 85 || row > 301 ? "T00:00:00+01:00" : "T00:00:00+02:00"); }));
  CHECK(contains(runs(), "step 1d, 0 gaps"));
  CHECK(forecast_times().starts_with("2024-01-01 2024-01-02 "));
  CHECK(forecast_times({"--from", "2023-12-31T00:00:00+01:00"}).starts_with("2024-01-01 "));
  // Working days, east of Greenwich: in UTC a Monday begins on a Sunday.
  write("d.csv", table("Date,y", 200, [](int row) { return iso(1 + row / 5 * 7 + row % 5) + " 00:00:00+09:00"; }));
  CHECK(contains(runs(), "working days, 0 gaps"));
  CHECK(forecast_times().starts_with("2023-10-09 2023-10-10 "));
}

TEST_CASE_FIXTURE(WrittenTimes, "the last working day of the month is a step of the calendar") {
  write("d.csv", table("Date,y", 168, [](int row) {
          using namespace std::chrono;
          sys_days last = year{2010 + row / 12} / (1 + row % 12) / std::chrono::last;
          while (weekday{last}.iso_encoding() > 5) last -= days{1};
          return iso(last);
        }));
  CHECK(contains(runs(), "business month end, 0 gaps"));
  CHECK(forecast_times() == "2024-01-31 2024-02-29 2024-03-29 ");
  CHECK(preprocess("time_column = \"Date\"\nfrequency = \"business_month_end\"").status == 0);
}

TEST_CASE_FIXTURE(WrittenTimes, "local hours through the change of the clocks in autumn") {
  const std::vector<std::string> hours = local_hours(290, 20, 301, -1, 2);  // the 29th of October
  write("d.csv", table("when,y", static_cast<int>(hours.size()), [&](int row) { return hours[static_cast<std::size_t>(row)]; }));
  const std::string sentence = "a second time on a day on which clocks go back an hour: the times are local; ";
  const Finished refused = guess();
  CHECK(refused.status == 4);
  CHECK(contains(refused.err, sentence + "say where, e.g. with --time-zone Europe/Berlin"));
  const std::string made = runs({"--time-zone", "Europe/Berlin"});
  CHECK(contains(made, "time_zone = \"Europe/Berlin\""));
  CHECK(contains(made, "step 1h, 0 gaps"));
  CHECK(forecast_times().starts_with("2023-11-07 00:00:00+01:00 "));
  CHECK(contains(read("runs/d/evaluate/predictions.csv"), "+01:00,2023-11-06 "));
  CHECK(forecast_times({"--from", "2023-11-06 23:00"}).starts_with("2023-11-07 00:00:00+01:00 "));
  CHECK(contains(preprocess("time_column = \"when\"").err, sentence + "write where, e.g. time_zone = \"Europe/Berlin\""));
  CHECK(preprocess("time_column = \"when\"\ntime_zone = \"Europe/Berlin\"").status == 0);
  CHECK(contains(guess({"--time-zone", "Europe/Berln"}).err, "did you mean \"Europe/Berlin\"?"));

  const Finished without = pipeline_program({"run", "w.toml", "--force"}, path(), {"TZDIR=/nowhere"});
  CHECK(without.status == 1);
  CHECK(contains(without.err, "there is no /nowhere: install the package tzdata (apt-get install tzdata)"));
}

TEST_CASE_FIXTURE(WrittenTimes, "local hours through the change of the clocks in spring, and a day with an hour 25") {
  const std::vector<std::string> hours = local_hours(74, 20, 84, 2, -1);  // the 26th of March
  write("d.csv", table("when,y", static_cast<int>(hours.size()), [&](int row) { return hours[static_cast<std::size_t>(row)]; }));
  CHECK(contains(preprocess("time_column = \"when\"").err, "clocks go forward on that day: if the times are local, write where"));
  const Finished zoned = preprocess("time_column = \"when\"\ntime_zone = \"Europe/Berlin\"");
  CHECK(zoned.status == 0);
  CHECK(contains(zoned.err + zoned.out, "step 1h, 0 gaps"));

  std::string counted = "Date,HE,y\n";
  int row = 0;
  for (int number = 303; number < 309; ++number) {  // to the fifth of November, on which clocks go back in Chicago
    for (int hour = 1; hour <= (number == 308 ? 25 : 24); ++hour) counted += iso(number) + text(",%d,", hour) + value(row++) + "\n";
  }
  write("d.csv", counted + iso(309) + ",1," + value(row) + "\n");
  const std::string cause = "an hour 25 ends the day on which clocks go back, and only a time zone tells which; ";
  CHECK(contains(guess().err, cause + "add e.g. --time-zone America/Chicago"));
  CHECK(contains(runs({"--time-zone", "America/Chicago"}), "step 1h, 0 gaps"));
  CHECK(forecast_times().starts_with("2023-11-06 02:00:00-06:00 "));
  CHECK(contains(preprocess("time_column = [\"Date\", \"HE\"]").err, cause + "write its name, e.g. time_zone = \"America/Chicago\""));
  CHECK(preprocess("time_column = [\"Date\", \"HE\"]\ntime_zone = \"America/Chicago\"").status == 0);
}

TEST_CASE_FIXTURE(WrittenTimes, "resample through the program, and the zone in the manifest") {
  const std::vector<std::string> hours = local_hours(290, 20, 301, -1, 2);
  write("d.csv", table("when,y", static_cast<int>(hours.size()), [&](int row) { return hours[static_cast<std::size_t>(row)]; }));
  const Finished run =
      preprocess("time_column = \"when\"\ntime_zone = \"Europe/Berlin\"\nresample = { every = \"1d\", how = { y = \"sum\" } }");
  REQUIRE_MESSAGE(run.status == 0, run.err);
  CHECK(contains(run.err + run.out, "time 2023-10-18 to 2023-11-06, step 1d, 0 gaps"));
  CHECK(contains(read("runs/w/preprocess/manifest.json"), "zone.Europe/Berlin"));
}

TEST_CASE_FIXTURE(WrittenTimes, "validate reports mistakes in the options of times together, with their places") {
  write("d.csv", table("when,y", 120, [](int row) { return iso(row); }));
  write("w.toml", R"([stages.preprocess]
source = "d.csv"
time_column = "when"
time_format = "%Y-%Q"
time_zone = "Europe/Berln"
resample = { every = "1w", how = { x = "sum" } }
features = ["y"]
target = ["y"]
)");
  const Finished checked = pipeline({"validate", "w.toml"});
  CHECK(checked.status == 2);
  CHECK(contains(checked.err, "w.toml:4:15: time_format = \"%Y-%Q\" holds \"%Q\", which is not known"));
  CHECK(contains(checked.err, "w.toml:5:13: time_zone = \"Europe/Berln\" is no time zone of this system"));
  CHECK(contains(checked.err, "w.toml:6:1: resample: how names \"x\", which is neither a feature nor a target; did you mean \"y\"?"));
}
