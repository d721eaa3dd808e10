#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "pipeline/data/windows.h"
#include "unit/data/known_ahead_fixture.h"

using namespace pipeline;
using namespace pipeline::test;
using namespace pipeline::test::known_ahead;

TEST_CASE("rows after the last target that hold columns known ahead are in no split") {
  const TempFolder folder;
  const auto [series, log] = prepare(folder, known_options(folder.file("a.csv", heading + days(40, 5))));
  CHECK(series->rows() == 35);
  CHECK(series->info().split_end == std::array<std::int64_t, 3>{21, 28, 35});
  CHECK(log.says("5 rows hold columns known ahead alone, after the last target: no split uses them"));
  CHECK(series->info().known_future == std::vector<std::string>{"price", "promo"});
  REQUIRE(series->columns() == 4);  // a, b, price, promo
  CHECK(column(*series, static_cast<std::size_t>(series->info().column("price")))[3] == 103);
}

TEST_CASE("a window holds the columns known ahead over its horizon") {
  const TempFolder folder;
  PrepareOptions options = known_options(folder.file("a.csv", heading + days(40, 0)));
  options.features = {"a", "promo", "b"};
  options.calendar = {"day_of_week"};
  options.calendar_encoding = CalendarEncoding::index;
  const auto [series, log] = prepare(folder, options);
  const PreparedInput input{.time = {series->time().begin(), series->time().end()},
                            .values = {series->values().begin(), series->values().end()},
                            .targets = {series->targets().begin(), series->targets().end()},
                            .observed = {series->observed().begin(), series->observed().end()},
                            .segments = {},
                            .future_rows = 3};
  const auto source = input_source(input, series->info(), 4, 3);
  CHECK(source->shape().feature_names == std::vector<std::string>{"a", "b", "day_of_week"});
  CHECK(source->shape().past_words == std::vector<WordColumn>{{"promo", 4}});
  CHECK(source->shape().future_names == std::vector<std::string>{"price", "day_of_week"});
  CHECK(source->shape().future_columns == std::vector<std::int64_t>{-1, 2});
  CHECK(source->shape().future_words == std::vector<WordColumn>{{"promo", 4}});
  CHECK(source->shape().target_columns == std::vector<std::int64_t>{1});
  CHECK(source->first_rows() == 40 - 4 - 3 + 1);
  std::vector<float> x(12), future(6);
  std::vector<std::int64_t> past(4), ahead(3), index(1);
  source->copy(
      2, 0, {.x = x.data(), .future = future.data(), .past_codes = past.data(), .future_codes = ahead.data(), .time_index = index.data()});
  CHECK(x == std::vector<float>{2, 20, 2, 3, 30, 3, 4, 40, 4, 5, 50, 5});  // the 3rd of January 2024 is a Wednesday
  CHECK(future == std::vector<float>{106, 6, 107, 0, 108, 1});
  CHECK(past == std::vector<std::int64_t>{3, 1, 2, 3});
  CHECK(ahead == std::vector<std::int64_t>{1, 2, 3});
  CHECK(index[0] == 19723 + 5);
}

TEST_CASE("a forecast has a row for each step, with the columns known ahead and those of the calendar") {
  const TempFolder folder;
  PrepareOptions options = known_options(folder.file("a.csv", heading + days(40, 0)));
  options.calendar = {"day_of_week"};
  options.calendar_encoding = CalendarEncoding::index;
  options.holidays = Value::Map{{"country", "DE"}};
  const auto [series, log] = prepare(folder, options);
  const PreparedInput input = read(folder, *series, days(20, 3), {.horizon = 3});
  CHECK(input.rows() == 20);
  CHECK(input.future_rows == 3);
  REQUIRE(input.segments.size() == 1);
  CHECK(input.segments[0].count == 17);
  const std::size_t columns = static_cast<std::size_t>(series->columns()), last = 19 * columns;
  const auto value = [&](const char* name, std::size_t row) {
    return input.values[row * columns + static_cast<std::size_t>(series->info().column(name))];
  };
  CHECK(value("price", 19) == 119);
  CHECK(value("promo", 19) == 2);
  CHECK(value("day_of_week", 19) == 5);
  CHECK(value("holiday", 0) == 1);
  CHECK(value("holiday", 19) == 0);
  CHECK(std::isnan(input.values[last]));
  // Without columns of the file that are known ahead no such row is needed.
  options.known_future.clear();
  options.categories.clear();
  const auto alone = prepare(folder, options).series;
  CHECK(read(folder, *alone, days(20, 0), {.horizon = 3}).rows() == 23);
}

TEST_CASE("a column known ahead that is missing after the last row is named with its first time") {
  const TempFolder folder;
  const auto series = prepare(folder, known_options(folder.file("a.csv", heading + days(40, 0)))).series;
  const std::string cure =
      ", and the forecast needs its 3 values after the last row: add such rows, with empty targets, to the input, or give them with "
      "--future "
      "FILE";
  CHECK(error_of([&] { static_cast<void>(read(folder, *series, days(20, 2), {.horizon = 3})); }) ==
        "4: column \"price\", which is known ahead, has no value at 2024-01-21" + cure);
  const auto future = folder.file("future.csv", "t,price,promo\n2024-01-20,1,no\n2024-01-21,2,no\n2024-01-22,3,\n");
  CHECK(error_of([&] { static_cast<void>(read(folder, *series, days(20, 1), {.horizon = 3, .future = future})); }) ==
        "4: column \"promo\", which is known ahead, has no value at 2024-01-22" + cure);
  const auto whole = folder.file("future.csv", "t,price,promo\n2024-01-21,2,no\n2024-01-22,3,no\n");
  const PreparedInput input = read(folder, *series, days(20, 1), {.horizon = 3, .future = whole});
  CHECK(input.values[21 * 4 + static_cast<std::size_t>(series->info().column("price"))] == 3);
  CHECK(input.values[19 * 4 + static_cast<std::size_t>(series->info().column("price"))] == 119);  // of the file itself: the 20th
}

TEST_CASE("forecasts from several rows need no values after the last ones: those that are known are counted") {
  const TempFolder folder;
  const auto series = prepare(folder, known_options(folder.file("a.csv", heading + days(40, 0)))).series;
  const PreparedInput input = read(folder, *series, days(20, 1), {.horizon = 3, .partly = true});
  CHECK(input.future_rows == 3);
  CHECK(input.known_rows == std::vector<std::int64_t>{1});
  CHECK(
      input.first_unknown.starts_with("column \"price\", which is known ahead, has no value at 2024-01-21, and the forecast needs its 3"));
  const PreparedInput whole = read(folder, *series, days(20, 3), {.horizon = 3, .partly = true});
  CHECK(whole.known_rows == std::vector<std::int64_t>{3});
  CHECK(whole.first_unknown.empty());
}

TEST_CASE("a value of a second file that the training's transform or scale cannot take is named with file and line") {
  const TempFolder folder;
  PrepareOptions options = known_options(folder.file("a.csv", heading + days(40, 0)));
  options.transform = Value::Map{{"price", "log"}};
  const auto refusal = [&](const std::string& price) {
    const auto series = prepare(folder, options).series;
    const auto future = folder.file("future.csv", "t,price,promo\n2024-01-21,2,no\n2024-01-22," + price + ",no\n");
    return error_of([&] { static_cast<void>(read(folder, *series, days(20, 0), {.horizon = 2, .future = future})); }, folder.path());
  };
  CHECK(refusal("3").empty());
  CHECK(refusal("-1").starts_with("4: future.csv:3: column \"price\" is -1, and transform \"log\" needs values above 0"));
  options.transform = Value::Map{};
  CHECK(refusal("-1").empty());
  CHECK(refusal("1e40").starts_with("4: future.csv:3: column \"price\" is 1e+40, which becomes 1e+40 when it is transformed and scaled"));
  CHECK(refusal("x").starts_with("4: future.csv:3: column \"price\": \"x\" is not a number"));
}

TEST_CASE("holidays are asked for the horizon of each series, not for the largest one") {
  const TempFolder folder;
  std::string rows = "id,f,t,y\n";
  for (int month = 0; month < 54; ++month)
    rows += "m,monthly," + std::to_string(2020 + month / 12) + (month % 12 < 9 ? "-0" : "-") + std::to_string(1 + month % 12) + "-01," +
            std::to_string(month) + "\n";
  for (int year = 2020; year < 2024; ++year) rows += "y,yearly," + std::to_string(year) + "-01-01," + std::to_string(year) + "\n";
  PrepareOptions options;
  options.source = {folder.file("mixed.csv", rows).string()};
  options.series_column = {"id"};
  options.frequency_column = "f";
  options.time_column = {"t"};
  options.features = options.target = {"y"};
  options.holidays_file = folder.file("h.csv", "date\n2020-01-01\n2024-12-25\n").string();  // of the years 2020 to 2024
  const auto series = prepare(folder, options, Value::Map{{"val", 0}, {"test", 1}}).series;
  const auto input = folder.file("new.csv", rows);
  const auto horizons = [&](std::vector<std::int64_t> of_groups) {
    return error_of([&] {
      const PreparedInput read = read_like(input, series->info(), {.horizon = 6, .horizons = std::move(of_groups)});
      CHECK(read.known_rows == std::vector<std::int64_t>{6, 1});
    });
  };
  CHECK(horizons({6, 1}).empty());  // to December 2024, and to 2024
  CHECK(contains(horizons({6, 6}), "are known from 2020 to 2024, and 2025 is needed"));
}

TEST_CASE("options of columns known ahead that do not fit each other are mistakes") {
  const TempFolder folder;
  const auto mistake = [&](const auto& change) {
    PrepareOptions options = known_options(folder.file("a.csv", heading + days(40, 0)));
    change(options);
    return error_of([&] { static_cast<void>(prepare(folder, options)); });
  };
  CHECK(mistake([](PrepareOptions& o) {
          o.known_future = {"b"};
          o.categories = {};
        }) == "2: known_future names the target \"b\": what is forecast is not known ahead; leave it out there");
  CHECK(mistake([](PrepareOptions& o) { o.known_future.push_back("price"); }) == "2: known_future names the column \"price\" twice");
  CHECK(mistake([](PrepareOptions& o) { o.categories = {"prom"}; }) ==
        "2: categories names \"prom\", which is in none of features, known_future and static; did you mean \"promo\"?");
  CHECK(mistake([](PrepareOptions& o) { o.categories = {"b"}; }) == "2: categories names the target \"b\": a forecast is a number");
  CHECK(mistake([](PrepareOptions& o) {
          o.transform = Value::Map{{"promo", "diff"}};
        }) == "2: transform names \"promo\", a column of words (categories): leave it out there");
  CHECK(mistake([](PrepareOptions& o) { o.duplicates = "mean"; }) ==
        "2: duplicates = \"mean\" has no meaning for words (categories): write \"first\" or \"last\"");
  CHECK(mistake([](PrepareOptions& o) {
          o.resample = Value::Map{{"every", "2d"}, {"how", Value::Map{{"b", "mean"}}}};
        }) == "2: resample takes the first or the last word of \"promo\", a column of words: write how = { promo = \"last\" }");
  CHECK(mistake([](PrepareOptions& o) {
          o.time_column = {};
          o.calendar = {"hour_of_day"};
        }) == "2: calendar and holidays need a time_column");
  CHECK(mistake([](PrepareOptions& o) { o.fixed = {"price"}; }) ==
        "2: static names columns that tell series apart, and the file holds one series: leave it out, or name series_column");
  CHECK(mistake([](PrepareOptions& o) {
          o.holidays = Value::Map{{"file", "h.csv"}};
        }) == "2: holidays: a file of holidays has an option of its own: write holidays_file = \"h.csv\"");
  CHECK(mistake([](PrepareOptions& o) {
          o.holidays = Value::Map{{"contry", "DE"}};
        }) == "2: holidays has no key \"contry\"; did you mean \"country\"?; it takes country, region and encoding");
  CHECK(mistake([](PrepareOptions& o) {
          o.holidays = Value::Map{{"region", "BY"}};
        }) == "2: holidays needs a country, e.g. { country = \"DE\" }, or write holidays_file");
  CHECK(mistake([](PrepareOptions& o) {
          o.holidays = Value::Map{{"country", "DE"}}, o.holidays_file = "h.csv";
        }) == "2: holidays names a country, and holidays_file gives others: leave one of them out");
}

TEST_CASE("columns known ahead and those of the calendar are scaled by all series") {
  const TempFolder folder;
  PrepareOptions options = known_options(folder.file("a.csv", "id,t,a,price,promo,b\n" + days(40, 0, "x") + days(31, 0, "y")));
  options.series_column = {"id"};
  options.scaler = Scaler::standard;
  options.features = {"a", "b", "price"};
  options.calendar = {"day_of_week"};
  const auto series = prepare(folder, options, Value::Map{{"val", 5}, {"test", 5}}).series;
  const auto price = static_cast<std::size_t>(series->info().column("price"));
  CHECK(series->column(0, price).center == series->column(1, price).center);
  CHECK(series->column(0, price).center == doctest::Approx((30 * 114.5 + 21 * 110) / 51));
  CHECK(series->column(0, 0).center == 14.5);
  CHECK(series->column(1, 0).center == 10);
  CHECK(series->column(0, static_cast<std::size_t>(series->info().column("day_of_week"))).scale == 1);
  CHECK(series->column(0, static_cast<std::size_t>(series->info().column("promo"))).scale == 1);
  // A series that the training did not know has those scales too.
  const PreparedInput input = read_like(folder.file("new.csv", "id,t,a,price,promo,b\n" + days(31, 0, "z")), series->info(), {});
  CHECK(input.scale[2 * price] == series->column(0, price).center);
  CHECK(input.scale[0] == 15);
}

TEST_CASE("a hole among the rows after the last target is missing ahead, and no part of the past") {
  const TempFolder folder;
  PrepareOptions options = known_options(folder.file("a.csv", heading + days(40, 0)));
  options.missing = "forward_fill";
  const auto series = prepare(folder, options).series;
  std::string rows = days(20, 3);
  const auto at = rows.find("2024-01-18,");
  rows.replace(at, rows.find('\n', at) - at, "2024-01-18,,,,");
  CHECK(error_of([&] {
          static_cast<void>(read(folder, *series, rows, {.horizon = 3}));
        }).starts_with("4: column \"price\", which is known ahead, has no value at 2024-01-18"));
}

TEST_CASE("a model that sees no target may be given none") {
  const TempFolder folder;
  PrepareOptions options = known_options(folder.file("a.csv", heading + days(40, 0)));
  options.features = {"a", "price"};
  const auto series = prepare(folder, options).series;
  std::string rows = "t,a,price,promo\n";
  for (int day = 1; day <= 20; ++day)
    rows += "2024-01-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + ",1," + std::to_string(day) + ",no\n";
  const PreparedInput input = read_like(folder.file("new.csv", rows), series->info(), {.horizon = 3});
  CHECK(input.rows() == 20);
  CHECK(input.segments[0].count == 17);
}

TEST_CASE("a holiday among business days needs no row that is known ahead") {
  const TempFolder folder;
  const auto rows = [](int last, int ahead) {  // weekdays of January 2024 without the 1st, which is a holiday
    std::string text = heading;
    for (int day = 2; day <= last; ++day) {
      if ((day - 1) % 7 >= 5 || day == 24) continue;  // a Wednesday off
      const bool known = day > last - ahead;
      const std::string number = std::to_string(day);
      text += "2024-01-" + std::string(day < 10 ? "0" : "") + number + "," + (known ? "" : number) + "," + number + ",no," +
              (known ? "" : number) + "\n";
    }
    return text;
  };
  PrepareOptions options = known_options(folder.file("a.csv", rows(31, 0)));
  options.frequency = "business_day";
  const auto series = prepare(folder, options).series;
  const PreparedInput input = read_like(folder.file("new.csv", rows(26, 4)), series->info(), {.horizon = 3});
  REQUIRE(input.future_rows == 3);
  const auto price = static_cast<std::size_t>(series->info().column("price"));
  std::vector<double> prices;
  for (std::size_t row = static_cast<std::size_t>(input.rows()) - 3; row < static_cast<std::size_t>(input.rows()); ++row)
    prices.push_back(static_cast<double>(input.values[row * static_cast<std::size_t>(series->columns()) + price]));
  CHECK(prices == std::vector<double>{23, 25, 26});
}
