#include "data/guess_series.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "data/calendar.h"
#include "unit/data/data_test.h"

namespace pipeline {
namespace {

using test::error_of;
using test::TempFolder;
using Names = std::vector<std::string>;

/// A day from 2023-01-01 on.
std::string day(int number) {
  const CivilDate date = civil_from_days(days_from_civil({2023, 1, 1}) + number);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year), date.month, date.day);
  return text;
}

/// Whole numbers that tell no order.
int measured(int row) { return row * 37 % 41; }

/// `series` times `rows` lines under a heading; cells(series, row) is a line.
std::string panel(const std::string& heading, int series, int rows, const std::function<std::string(int, int)>& cells) {
  std::string text = heading + "\n";
  for (int s = 0; s < series; ++s) {
    for (int row = 0; row < rows; ++row) text += cells(s, row) + "\n";
  }
  return text;
}

WorkflowGuess guess(const std::string& text, const GuessWishes& wishes = {}) {
  const TempFolder folder;
  return guess_workflow(folder.file("d.csv", text), {}, wishes);
}

std::string refusal(const std::string& text) {
  const TempFolder folder;
  const auto file = folder.file("d.csv", text);
  return error_of([&] { (void)guess_workflow(file, {}, {}); }, folder.path());
}

std::string shop(int number) { return "shop_" + std::string(1, static_cast<char>('A' + number)); }

TEST_CASE("sales by the week are no days of Excel") {
  const WorkflowGuess made = guess(panel("store,date,weekly_sales", 3, 100, [](int store, int row) {
    return std::to_string(store + 1) + "," + day(7 * row) + "," + std::to_string(33000 + row * 37.25 + store);
  }));
  CHECK(made.series_columns == Names{"store"});
  CHECK(made.time.columns == Names{"date"});
  CHECK(made.target == Names{"weekly_sales"});
  // A number that could be a time, and would need sorting, beside words that are times.
  const WorkflowGuess numbers = guess(panel("store,date,period,y", 2, 100, [](int store, int row) {
    return shop(store) + "," + day(row) + "," + std::to_string(30000 + measured(row) * 5) + "," + std::to_string(measured(row) + 0.5);
  }));
  CHECK(numbers.series_columns == Names{"store"});
  CHECK(numbers.time.columns == Names{"date"});
}

TEST_CASE("a row that stands twice in a panel is left out, and no measurement becomes an id") {
  for (const char* rest : {"", ",0.5"}) {
    std::string text = panel("store,date,sales" + std::string(*rest ? ",temp" : ""), 3, 150, [&](int store, int row) {
      return shop(store) + "," + day(row) + "," + std::to_string((measured(row) + store * 7) % 31) + rest;
    });
    text += "shop_B," + day(77) + ",12" + rest + "\n";
    const WorkflowGuess made = guess(text);
    CHECK(made.series_columns == Names{"store"});
    CHECK(made.series == 3);
    CHECK(made.time.repeats == 1);
    CHECK(made.time.frequency == "1d");
  }
}

TEST_CASE("one series with a row that stands twice is no panel of its measurements") {
  std::string text = panel("date,sales", 1, 300, [](int, int row) { return day(row) + "," + std::to_string(measured(row)); });
  text += day(299) + ",7\n";
  const WorkflowGuess made = guess(text);
  CHECK(made.series_columns.empty());
  CHECK(made.time.repeats == 1);
}

TEST_CASE("the hour that clocks show twice is told apart in each series of a panel") {
  const auto hours = [](int site, int row) {
    const int shown = row < 9 * 24 + 3 ? row : row - 1;  // the clocks of Berlin go back on 2023-10-29 at 3
    char clock[16];
    std::snprintf(clock, sizeof clock, " %02d:00", shown % 24);
    return shop(site) + "," + day(292 + shown / 24) + clock + "," + std::to_string(measured(row));
  };
  const std::string text = panel("site,time,y", 2, 300, hours);
  const WorkflowGuess made = guess(text, {.header = {}, .time = {.time_zone = "Europe/Berlin"}});
  CHECK(made.series_columns == Names{"site"});
  CHECK(made.time.repeats == 0);
  CHECK(made.time.frequency == "1h");
  CHECK(made.gap_count == 0);
  CHECK(test::contains(refusal(text), "the times are local; say where, e.g. with --time-zone Europe/Berlin"));
  // Where no other column could be an id, the sentence is found in a copy of one series, and names the file itself.
  const std::string decimals = refusal(panel("site,time,y", 2, 300, [&](int site, int row) { return hours(site, row) + ".25"; }));
  CHECK(decimals.starts_with("4: d.csv: the time in column \"time\" comes a second time on a day on which clocks go back"));
}

TEST_CASE("the rows of a series are counted where whole numbers begin anew in each") {
  const auto ds = [](int s, int row) { return shop(s) + "," + std::to_string(row + 1) + "," + std::to_string(measured(row) + s); };
  const WorkflowGuess made = guess(panel("unique_id,ds,y", 5, 100, ds));
  CHECK(made.series_columns == Names{"unique_id"});
  CHECK(made.series == 5);
  CHECK(made.time.columns.empty());
  CHECK(made.features == Names{"y"});
  CHECK(guess(panel("place,t,y", 5, 100, ds)).series_columns == Names{"place"});

  // With numbers left out their order is kept, not only that of the rows.
  const auto with_gaps = [](int s, int row) {
    return shop(s) + "," + std::to_string(99 - row - row / 50 * 9) + "," + std::to_string(measured(row));
  };
  const WorkflowGuess numbered = guess(panel("unique_id,ds,y", 5, 80, with_gaps));
  CHECK(numbered.series_columns == Names{"unique_id"});
  CHECK(numbered.time.columns == Names{"ds"});
  CHECK(numbered.time.format == "epoch");

  const auto no_time = [](int s, int row) { return shop(s) + "," + std::to_string(measured(row) + s); };
  CHECK(guess(panel("unique_id,y", 5, 100, no_time)).series_columns == Names{"unique_id"});
  CHECK(guess(panel("regime,y", 5, 100, no_time)).series_columns.empty());
}

TEST_CASE("several columns tell series apart, and what is fixed in them does not") {
  const auto three = [](int s, int row) {
    const std::string words[] = {"x", "y"};
    return words[s / 4] + "," + words[s / 2 % 2] + "," + words[s % 2] + "," + day(row) + "," + std::to_string(measured(row));
  };
  CHECK(guess(panel("a,b,c,date,y", 8, 60, three)).series_columns == Names{"a", "b", "c"});

  // The kind of a shop tells as much as its number does: the id is the column that is named for one.
  const auto kinds = [](int s, int row) {
    return std::to_string(s / 3 + 1) + "," + std::to_string(s % 3) + "," + day(row) + "," + (s < 3 ? "big" : "small") + "," +
           std::to_string(measured(row));
  };
  CHECK(guess(panel("Store,Dept,Date,Type,y", 6, 60, kinds)).series_columns == Names{"Store", "Dept"});

  const auto shops = [](int s, int row) {
    const int store = s / 3 + 1;
    return std::to_string(store) + "," + day(row) + ",family" + shop(s % 3) + "," + std::to_string(measured(row)) + "," +
           std::to_string(row % 3) + ",city" + shop(store / 2) + ",state" + shop(store / 3) + "," + std::to_string(store / 2) + ",kind" +
           shop(store % 2);
  };
  CHECK(guess(panel("store_nbr,date,family,sales,onpromotion,city,state,cluster,kind", 18, 50, shops)).series_columns ==
        Names{"store_nbr", "family"});
}

TEST_CASE("parts of a time are joined, and tell no series apart") {
  const auto hours = [](int, int row) { return day(row / 24) + "," + std::to_string(row % 24) + "," + std::to_string(measured(row)); };
  const WorkflowGuess joined = guess(panel("dteday,hr,cnt", 1, 600, hours));
  CHECK(joined.series_columns.empty());
  CHECK(joined.time.columns == Names{"dteday", "hr"});
  CHECK(joined.time.frequency == "1h");

  const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const WorkflowGuess named = guess(panel("Year,Month,y", 1, 144, [&](int, int row) {
    return std::to_string(2000 + row / 12) + "," + months[row % 12] + "," + std::to_string(measured(row));
  }));
  CHECK(named.time.columns == Names{"Year", "Month"});
  CHECK(named.time.format == "%Y %b");
  CHECK(named.time.frequency == "1mo");

  const WorkflowGuess weeks = guess(panel("year,week,y", 1, 150, [](int, int row) {
    return std::to_string(2021 + row / 52) + "," + std::to_string(row % 52 + 1) + "," + std::to_string(measured(row));
  }));
  CHECK(weeks.time.columns == Names{"year", "week"});
  CHECK(weeks.time.frequency == "7d");

  const std::string halves = refusal(panel("SETTLEMENT_DATE,SETTLEMENT_PERIOD,demand", 1, 960, [](int, int row) {
    return day(row / 48) + "," + std::to_string(row % 48 + 1) + "," + std::to_string(measured(row));
  }));
  CHECK(test::contains(halves,
                       "Column \"SETTLEMENT_PERIOD\" is named for a part of the time: if it tells the rest, write the whole time into one "
                       "column."));
}

TEST_CASE("lines of sums at the end are to be removed, not counted") {
  const std::string rows = panel("date,y", 1, 120, [](int, int row) { return day(row) + "," + std::to_string(measured(row)); });
  CHECK(refusal(rows + "Total,4711\n") ==
        "4: d.csv:122: \"Total\" in column \"date\" is no time, as the other 120 cells are (ISO 8601): remove the last line");
  const std::string two = refusal(rows + "Total,4711\nSource: the bureau,\n");
  CHECK(test::contains(two, "remove the last 2 lines"));
  CHECK_FALSE(test::contains(two, "--count-rows"));
}

TEST_CASE("two-digit years on both sides of their border are no order to sort by") {
  const auto months = [](int row) {
    char text[32];
    std::snprintf(text, sizeof text, "01.%02d.%02d", row % 12 + 1, 59 + row / 12);
    return text + std::string(",") + std::to_string(measured(row));
  };
  const std::string sentence = "the years 59 to 70 cross the border of two-digit years (69 is 1969, 68 is 2068): write four digits";
  CHECK(test::contains(refusal(panel("month,y", 1, 144, [&](int, int row) { return months(row); })), sentence));
  CHECK(test::contains(refusal(panel("month,y", 1, 144, [&](int, int row) { return months(143 - row); })), sentence));
  CHECK(guess(panel("month,y", 1, 100, [&](int, int row) { return months(row); })).time.format == "%d.%m.%y");
}

}  // namespace
}  // namespace pipeline
