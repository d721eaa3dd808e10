#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "data/static_columns.h"
#include "unit/data/prepare_fixture.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

const std::string heading = "id,y,size,region\n";

/// 20 rows of a series.
std::string rows_of(const std::string& id, const std::string& size, const std::string& region) {
  std::string text;
  for (int row = 0; row < 20; ++row) text += id + "," + std::to_string(row) + "," + size + "," + region + "\n";
  return text;
}

PrepareOptions static_options(const std::filesystem::path& source) {
  PrepareOptions options;
  options.source = {source.string()};
  options.features = options.target = {"y"};
  options.series_column = {"id"};
  options.fixed = {"size", "region"};
  options.categories = {"region"};
  return options;
}

const Value split = Value::Map{{"val", 4}, {"test", 4}};

std::vector<float> numbers(const Series& series) { return {series.fixed().begin(), series.fixed().end()}; }
std::vector<std::int32_t> codes(const Series& series) { return {series.fixed_codes().begin(), series.fixed_codes().end()}; }

}  // namespace

TEST_CASE("static columns have one value a series, numbers scaled over the series") {
  const TempFolder folder;
  const auto file = folder.file("a.csv", heading + rows_of("a", "1", "north") + rows_of("b", "3", "south") + rows_of("c", "2", "north"));
  const auto series = prepare(folder, static_options(file), split).series;
  const double deviation = std::sqrt(2.0 / 3);
  CHECK(numbers(*series) == std::vector<float>{static_cast<float>(-1 / deviation), static_cast<float>(1 / deviation), 0});
  CHECK(codes(*series) == std::vector<std::int32_t>{1, 2, 1});
  CHECK(series->info().words.at("region") == std::vector<std::string>{"north", "south"});
  // A file for a forecast has them in its own columns; a word that the training did not know is 0.
  const PreparedInput input = read_like(folder.file("new.csv", heading + rows_of("d", "2", "west")), series->info());
  CHECK(input.fixed == std::vector<float>{0});
  CHECK(input.fixed_codes == std::vector<std::int32_t>{0});
}

TEST_CASE("a second file gives static columns, and a forecast takes those of the training") {
  const TempFolder folder;
  PrepareOptions options = static_options(folder.file(
      "a.csv", "id,y\na,1\n" + [] {
        std::string text;
        for (int row = 0; row < 40; ++row) text += (row % 2 == 0 ? "a," : "b,") + std::to_string(row) + "\n";
        return text;
      }()));
  options.static_source = folder.file("stores.csv", "id,size,region\nb,5,south\nz,9,west\na,3,north\n").string();
  const auto series = prepare(folder, options, split).series;
  CHECK(numbers(*series) == std::vector<float>{-1, 1});
  CHECK(codes(*series) == std::vector<std::int32_t>{1, 2});  // in the order of the series
  const PanelScales known{.ids = {"a", "b"}, .scale = {0, 1, 0, 1}, .fixed = numbers(*series), .fixed_codes = codes(*series)};
  const auto input = [&](const std::string& rows) {
    return read_like(folder.file("new.csv", "id,y\n" + rows), series->info(), {.scales = &known});
  };
  CHECK(input("b,1\nb,2\n").fixed == std::vector<float>{1});
  CHECK(input("b,1\nb,2\n").fixed_codes == std::vector<std::int32_t>{2});
  CHECK(error_of([&] { static_cast<void>(input("new,1\nnew,2\n")); }) ==
        "4: " + (folder.path() / "new.csv").string() +
            ": series \"new\": the training did not know it, and the file has no column region and size, which the model reads: add it, or "
            "leave the series out");
}

TEST_CASE("mistakes in static columns are named with their lines") {
  const TempFolder folder;
  const auto mistake = [&](const std::string& rows, const auto& change) {
    PrepareOptions options = static_options(folder.file("a.csv", heading + rows));
    change(options);
    std::string text = error_of([&] { static_cast<void>(prepare(folder, options, split)); });
    for (std::size_t at = 0; (at = text.find(folder.path().string() + "/")) != std::string::npos;)
      text.erase(at, folder.path().string().size() + 1);
    return text;
  };
  const auto nothing = [](PrepareOptions&) {};
  CHECK(
      mistake(rows_of("a", "1", "north") + "a,20,2,north\n", nothing) ==
      "4: a.csv:22: series \"a\": the static column \"size\" is 2, and 1 in a.csv:2; a static column has one value in each series: name it "
      "in features or known_future, or correct it");
  CHECK(mistake(rows_of("a", "1", "north") + "a,20,1,south\n", nothing) ==
        "4: a.csv:22: series \"a\": the static column \"region\" is \"south\", and \"north\" in a.csv:2; a static column has one value in "
        "each "
        "series: name it in features or known_future, or correct it");
  CHECK(mistake(rows_of("a", "", "north"), nothing) ==
        "4: a.csv: series \"a\" has no value in the static column \"size\"; give it one, or leave the column out of static");
  const auto second = folder.file("stores.csv", "id,size,region\nb,5,south\n").string();
  CHECK(mistake(rows_of("a", "1", "north"), [&](PrepareOptions& o) { o.static_source = second; }) ==
        "4: stores.csv: series \"a\" has no row in this file, which holds the static columns; add one, or leave the series out");
  CHECK(mistake(rows_of("a", "1", "north"), [&](PrepareOptions& o) { o.fixed = {}, o.categories = {}, o.static_source = second; }) ==
        "2: static_source is given, and static names no column of it");
  CHECK(mistake(rows_of("a", "1", "north"), [&](PrepareOptions& o) {
          o.features = {"y", "size"};
        }) == "2: static names the column \"size\", which is in features, known_future or target too: leave it out in one");
  CHECK(mistake(rows_of("a", "1", "north"), [&](PrepareOptions& o) {
          o.fixed = {"size", "size"}, o.categories = {};
        }) == "2: static names the column \"size\" twice");
}

TEST_CASE("static columns are fitted on the series that have training rows") {
  const TempFolder folder;
  std::string rows = "t,id,y,size,region\n";
  const auto add = [&](const std::string& id, int first, const std::string& fixed) {
    for (int day = first; day < 30; ++day)
      rows += "2024-01-" + std::string(day < 9 ? "0" : "") + std::to_string(day + 1) + "," + id + "," + std::to_string(day) + "," + fixed +
              "\n";
  };
  add("late", 20, "1000,new");
  add("a", 0, "1,north");
  add("b", 0, "3,south");
  PrepareOptions options = static_options(folder.file("a.csv", rows));
  options.time_column = {"t"};
  options.scaler_scope = ScalerScope::global;
  const auto series = prepare(folder, options, Value::List{"2024-01-16", "2024-01-23"}).series;
  CHECK(series->info().fixed[0].center == 2);
  CHECK(series->info().words.at("region") == std::vector<std::string>{"north", "south"});
  CHECK(codes(*series) == std::vector<std::int32_t>{0, 1, 2});
}

TEST_CASE("the column that tells series apart may be a static column of words too") {
  const TempFolder folder;
  PrepareOptions options = static_options(folder.file(
      "a.csv", "shop,item,y\n" + [] {
        std::string text;
        for (int row = 0; row < 40; ++row) text += std::string(row % 2 == 0 ? "s,ham," : "s,eggs,") + std::to_string(row) + "\n";
        return text;
      }()));
  options.series_column = {"shop", "item"};
  options.fixed = options.categories = {"item"};
  const auto series = prepare(folder, options, split).series;
  CHECK(series->info().words.at("item") == std::vector<std::string>{"ham", "eggs"});
  CHECK(codes(*series) == std::vector<std::int32_t>{1, 2});
}
