#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "pipeline/data/windows.h"
#include "unit/data/known_ahead_fixture.h"

using namespace pipeline;
using namespace pipeline::test;
using namespace pipeline::test::known_ahead;

TEST_CASE("words are codes in the order of the training rows, and 0 where those do not hold them") {
  const TempFolder folder;
  std::string rows = days(30, 0);
  const auto late = rows.rfind("maybe");
  rows.replace(late, 5, "never");
  const auto [series, log] = prepare(folder, known_options(folder.file("a.csv", heading + rows)));
  CHECK(series->info().words.at("promo") == std::vector<std::string>{"yes", "no", "maybe"});
  const auto codes = column(*series, static_cast<std::size_t>(series->info().column("promo")));
  CHECK(std::vector<double>(codes.begin(), codes.begin() + 3) == std::vector<double>{1, 2, 3});
  CHECK(codes[29] == 0);
  CHECK(log.says("column \"promo\": 3 words"));
}

TEST_CASE("words can become a column each, which a forecast makes from the words of the training") {
  const TempFolder folder;
  PrepareOptions options = known_options(folder.file("a.csv", heading + days(40, 0)));
  options.category_encoding = CategoryEncoding::one_hot;
  const auto series = prepare(folder, options).series;
  CHECK(series->info().features == std::vector<std::string>{"a", "b", "promo=yes", "promo=no", "promo=maybe"});
  CHECK(series->info().known_future == std::vector<std::string>{"price", "promo=yes", "promo=no", "promo=maybe"});
  CHECK(series->info().words.empty());
  CHECK(column(*series, 2)[3] == 1);
  CHECK(column(*series, 3)[3] == 0);
  std::string rows = days(20, 3);
  rows.replace(rows.rfind("no"), 2, "never");
  const PreparedInput input = read(folder, *series, rows, {.horizon = 3});
  const auto at = [&](std::size_t row, std::size_t column) {
    return input.values[row * static_cast<std::size_t>(series->columns()) + column];
  };
  CHECK(at(18, 2) == 1);
  CHECK(at(19, 2) + at(19, 3) + at(19, 4) == 0);
  CHECK(error_of([&] {
          static_cast<void>(read(folder, *series, days(20, 2), {.horizon = 3}));
        }).starts_with("4: column \"price\", which is known ahead, has no value at 2024-01-21"));
}

TEST_CASE("a missing word is the word before, also where numbers are interpolated") {
  const TempFolder folder;
  std::string rows = days(40, 0);
  rows.replace(rows.find("maybe"), 5, "");
  PrepareOptions options = known_options(folder.file("a.csv", heading + rows));
  CHECK(error_of([&] {
          static_cast<void>(prepare(folder, options));
        }).ends_with("a.csv:4: column \"promo\" has no value; write missing = \"drop\", \"forward_fill\" or \"interpolate\""));
  options.missing = "interpolate";
  const auto series = prepare(folder, options).series;
  CHECK(column(*series, static_cast<std::size_t>(series->info().column("promo")))[2] == 2);
}

TEST_CASE("words of a second file are those of the first, whatever their order") {
  const TempFolder folder;
  PrepareOptions options = known_options(folder.file("a.csv", heading + days(40, 0)));
  options.category_encoding = CategoryEncoding::one_hot;
  const auto series = prepare(folder, options).series;
  const PreparedInput one = read(folder, *series, days(20, 3), {.horizon = 3});
  std::string rows = days(20, 3), second = "t,price,promo\n2024-01-18,117,maybe\n2024-01-19,118,yes\n2024-01-20,119,no\n";
  rows.resize(rows.find("2024-01-18"));
  const PreparedInput two = read(folder, *series, rows, {.horizon = 3, .future = folder.file("future.csv", second)});
  REQUIRE(two.rows() == one.rows());
  const auto columns = static_cast<std::size_t>(series->columns());
  for (std::size_t row = 17; row < 20; ++row) {
    for (std::size_t c = 2; c < columns; ++c) CHECK(two.values[row * columns + c] == one.values[row * columns + c]);
  }
}

TEST_CASE("a second file that cannot be joined to the first is refused") {
  const TempFolder folder;
  const auto refusal = [&](const auto& change, const std::string& second) {
    PrepareOptions options = known_options(folder.file("a.csv", heading + days(60, 0)));
    change(options);
    const auto series = prepare(folder, options).series;
    const auto future = folder.file("future.csv", second);
    std::string text = error_of([&] { static_cast<void>(read(folder, *series, days(40, 0), {.horizon = 1, .future = future})); });
    return text.substr(text.find("future.csv"));
  };
  CHECK(refusal([](PrepareOptions&) {}, "t,price,promo\n2024-02-10T00:00:00+01:00,1,no\n2024-02-10T01:00:00+01:00,1,no\n") ==
        "future.csv: its times have offsets, and those of the input have none; write both in one way");
  CHECK(refusal(
            [](PrepareOptions& o) {
              o.resample = Value::Map{{"every", "2d"}, {"how", Value::Map{{"b", "mean"}, {"promo", "last"}}}};
            },
            "t,price,promo\n2024-02-10,1,no\n") ==
        "future.csv: the training's file was resampled, or has a column for each series: add the rows that are known ahead to the input, "
        "with "
        "empty targets");
}

TEST_CASE("without times the rows of a second file follow the last row of the first, dropped or not") {
  const TempFolder folder;
  PrepareOptions options = known_options(folder.file(
      "a.csv", "a,price,promo,b\n" + [] {
        std::string text;
        for (int row = 0; row < 40; ++row)
          text += std::to_string(row) + "," + std::to_string(100 + row) + ",no," + std::to_string(row) + "\n";
        return text;
      }()));
  options.time_column.clear();
  options.missing = "drop";
  const auto series = prepare(folder, options).series;
  const auto input = folder.file("new.csv", "a,price,promo,b\n1,1,no,1\n2,2,no,2\n,3,no,3\n");
  const auto future = folder.file("future.csv", "price,promo\n4,no\n5,no\n");
  // The forecast goes on from row 1, the last that is whole, and row 3 is the first of the second file.
  CHECK(error_of([&] {
          static_cast<void>(read_like(input, series->info(), {.horizon = 1, .future = future}));
        }).starts_with("4: column \"price\", which is known ahead, has no value at row 2"));
}

TEST_CASE("features that make a column of another's name are refused") {
  const TempFolder folder;
  PrepareOptions options = known_options(folder.file(
      "a.csv", "t,a,price,promo,b,holiday\n" + [] {
        std::string text, rows = days(40, 0);
        for (std::size_t at = 0, end = 0; (end = rows.find('\n', at)) != std::string::npos; at = end + 1)
          text += rows.substr(at, end - at) + ",1\n";
        return text;
      }()));
  options.features = {"a", "b", "holiday"};
  options.holidays = Value::Map{{"country", "DE"}};
  CHECK(error_of([&] { static_cast<void>(prepare(folder, options)); }) ==
        "2: the column \"holiday\" of the file has the name of a column that is made: rename it in the file, or leave out what makes it");
}

TEST_CASE("the values of a wide file need not be a feature") {
  const TempFolder folder;
  std::string rows = "p,y,z\n";
  for (int row = 0; row < 40; ++row) rows += std::to_string(row) + ",100,200\n";
  PrepareOptions options;
  options.source = {folder.file("a.csv", rows).string()};
  options.layout = Layout::wide;
  options.features = {"p"};
  options.target = {"y", "z"};
  options.scaler = Scaler::none;
  const auto series = prepare(folder, options).series;
  CHECK(series->targets()[0] == 100);
  CHECK(series->targets()[40] == 200);
  CHECK(column(*series, 0)[41] == 1);
  options.layout = Layout::dates_across;
  options.features = options.target = {"v"};
  options.series_column = {"p"};
  options.known_future = {"y"};
  CHECK(error_of([&] {
          static_cast<void>(prepare(folder, options));
        }).starts_with("2: layout = \"dates_across\" has one value for each time"));
}

TEST_CASE("a table with dates across takes static words from a second file") {
  const TempFolder folder;
  std::string text = "id,region";
  for (int day = 1; day <= 30; ++day) text += ",2024-01-" + std::string(day < 10 ? "0" : "") + std::to_string(day);
  for (const char* row : {"\na,north", "\nb,south"}) {
    text += row;
    for (int day = 1; day <= 30; ++day) text += "," + std::to_string(day);
  }
  PrepareOptions options;
  options.source = {folder.file("a.csv", text + "\n").string()};
  options.layout = Layout::dates_across;
  options.series_column = {"id"};
  options.features = options.target = {"v"};
  options.fixed = options.categories = {"region"};
  CHECK(prepare(folder, options).series->info().words.at("region") == std::vector<std::string>{"north", "south"});
  options.static_source = folder.file("kinds.csv", "id,region\nb,west\na,east\n").string();
  CHECK(prepare(folder, options).series->info().words.at("region") == std::vector<std::string>{"east", "west"});
}
