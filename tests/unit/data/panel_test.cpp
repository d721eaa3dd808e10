#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "data/panel_files.h"
#include "data/series_ids.h"
#include "data/split.h"
#include "pipeline/data/files.h"
#include "pipeline/data/predictions.h"
#include "pipeline/data/slicing.h"
#include "pipeline/data/windows.h"
#include "unit/data/prepare_fixture.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

PrepareOptions panel_options(const std::filesystem::path& source) {
  PrepareOptions options;
  options.source = {source.string()};
  options.features = options.target = {"y"};
  options.series_column = {"id"};
  options.scaler = Scaler::none;
  return options;
}

}  // namespace

TEST_CASE("series are numbered in the order of their first rows") {
  SeriesIds ids;
  CHECK(ids.number_of("b") == 0);
  CHECK(ids.number_of("a") == 1);
  CHECK(ids.number_of("b") == 0);
  CHECK(ids[1] == "a");
  CHECK(error_of([&] { ids.number_of(""); }) == "4: the id of the series is empty; give each row an id, or remove the row");
}

TEST_CASE("the cells of an id are joined, and never so that two ids are one") {
  SeriesIds ids;
  const auto number = [&](std::string_view first, std::string_view second) { return ids.number_of(std::array{first, second}); };
  CHECK(number("north", "1") == 0);
  CHECK(number("", "1") == 1);
  CHECK(number("north", "1") == 0);
  CHECK(ids[0] == "north/1");
  CHECK(ids[1] == "1");
  CHECK(number("a/b", "c") == 2);
  CHECK(error_of([&] { number("a", "b/c"); }) ==
        "4: two series would have the id \"a/b/c\": its columns are joined by \"/\", empty ones left out; write another sign in the file");
}

TEST_CASE("sentences name three series") {
  const std::vector<std::string> ids{"a", "b", "c", "d"};
  CHECK(named_series(std::span(ids).first(1), 1) == "\"a\"");
  CHECK(named_series(std::span(ids).first(2), 2) == "\"a\" and \"b\"");
  CHECK(named_series(ids, 4) == "\"a\", \"b\", \"c\" and 1 more");
}

TEST_CASE("any id is one line") {
  for (const std::string id : {"a", "a\\nb", "a\nb", "\r\n", "\\", "\\\\n", ""}) {
    CHECK(line_of_id(id).find('\n') == std::string::npos);
    CHECK(id_of_line(line_of_id(id)) == id);
  }
}

TEST_CASE("tails are rows or shares at the end") {
  const auto ends = [](const Value& split, std::int64_t rows) { return SplitRule::parse(split).tail_ends(rows); };
  CHECK(ends(Value::Map{{"val", 3}, {"test", 4}}, 10) == SplitEnd{3, 6, 6, 10});
  CHECK(ends(Value::Map{{"val", 0.2}, {"test", 0.25}}, 10) == SplitEnd{6, 8, 8, 10});
  CHECK(ends(Value::Map{{"val", 0}, {"test", 4}}, 10) == SplitEnd{6, 6, 6, 10});
  CHECK(ends(Value::Map{{"val", 1}, {"test", 3}, {"calibration", 2}}, 10) == SplitEnd{4, 5, 7, 10});
  CHECK(ends(Value::Map{{"val", 0.2}, {"test", 0.25}, {"calibration", 0.1}}, 10) == SplitEnd{5, 7, 8, 10});
  CHECK_FALSE(ends(Value::Map{{"val", 3}, {"test", 4}, {"calibration", 3}}, 10));
  CHECK_FALSE(ends(Value::Map{{"val", 5}, {"test", 5}}, 10));
  CHECK_FALSE(ends(Value::Map{{"val", 0.01}, {"test", 0.2}}, 10));  // a share that is no row
  CHECK(SplitRule::parse(Value::Map{{"val", 0}, {"test", 4}}).leaves_out(Split::val));
}

TEST_CASE("rows of a long file are placed series after series, each in the order of time") {
  const TempFolder folder;
  auto options = panel_options(folder.file("p.csv",
                                           "id,t,y\nb,2020-01-02,2\na,2020-01-03,30\nb,2020-01-01,1\na,2020-01-01,10\n"
                                           "a,2020-01-02,20\nb,2020-01-03,3\na,2020-01-04,40\nb,2020-01-04,4\n"));
  options.time_column = {"t"};
  const Prepared done = prepare(folder, options, Value::Map{{"val", 1}, {"test", 1}});
  CHECK(column(*done.series, 0) == std::vector<double>{1, 2, 3, 4, 10, 20, 30, 40});
  CHECK(done.series->series_count() == 2);
  CHECK(done.series->id(0) == "b");
  CHECK(done.series->rows_of(1).first == 4);
  CHECK(done.series->series_of(3) == 0);
  CHECK(done.series->series_of(4) == 1);
  CHECK(done.series->split_end(1) == std::array<std::int64_t, 3>{6, 7, 8});
  CHECK(done.series->segments().size() == 2);
  CHECK(done.series->info().segments.empty());
}

TEST_CASE("of rows with one time the first is the one that came first, also in series that run from new to old") {
  const TempFolder folder;
  const auto kept = [&](const std::string& duplicates, Prepared* out = nullptr) {
    auto options = panel_options(folder.file("p.csv",
                                             "id,t,y\nnew,2020-01-04,4\nnew,2020-01-03,3\nnew,2020-01-03,30\nnew,2020-01-02,2\n"
                                             "old,2020-01-01,1\nold,2020-01-02,2\nold,2020-01-02,20\nold,2020-01-03,3\n"
                                             "new,2020-01-01,1\n"));
    options.time_column = {"t"};
    options.duplicates = duplicates;
    Prepared done = prepare(folder, options, Value::Map{{"val", 1}, {"test", 1}});
    const std::vector<double> values = column(*done.series, 0);
    if (out != nullptr) *out = std::move(done);
    return values;
  };
  Prepared prepared;
  CHECK(kept("first", &prepared) == std::vector<double>{1, 2, 30, 4, 1, 2, 3});
  CHECK(prepared.log.says("1 series runs from new to old: its rows are turned round\n2 times stood in 4 rows: the first of each is kept"));
  CHECK(kept("last") == std::vector<double>{1, 2, 3, 4, 1, 20, 3});
}

TEST_CASE("without a time the rows of each series are counted") {
  const TempFolder folder;
  const auto options = panel_options(folder.file("p.csv", "id,y\na,1\nb,10\na,2\nb,20\na,3\nb,30\n"));
  const Prepared done = prepare(folder, options, Value::Map{{"val", 1}, {"test", 1}});
  CHECK(column(*done.series, 0) == std::vector<double>{1, 2, 3, 10, 20, 30});
  CHECK(std::vector<std::int64_t>(done.series->time().begin(), done.series->time().end()) == std::vector<std::int64_t>{0, 1, 2, 0, 1, 2});
}

TEST_CASE("each series is scaled by its training rows; a constant one is told, and one without such rows is an error or left out") {
  const TempFolder folder;
  std::string csv = "id,t,y\n";
  for (int day = 1; day <= 6; ++day) {
    const std::string date = ",2020-01-0" + std::to_string(day) + ",";
    csv += "a" + date + std::to_string(10 * day) + "\nb" + date + "7\n";
    if (day > 2) csv += "late" + date + std::to_string(day) + "\n";
  }
  auto options = panel_options(folder.file("p.csv", csv));
  options.time_column = {"t"};
  options.scaler = Scaler::minmax;
  const Value split = Value::List{"2020-01-03", "2020-01-05"};
  const std::string late = "1 of 3 series has no row to train on, by which it would be scaled: \"late\"";
  CHECK(contains(error_of([&] { static_cast<void>(prepare(folder, options, split)); }), late + "; change split, or write short_series"));
  options.short_series = "drop";
  const Prepared done = prepare(folder, options, split);
  CHECK(done.series->column(0, 0).center == 10);
  CHECK(done.series->column(0, 0).scale == 10);
  CHECK(done.series->column(1, 0).center == 7);
  CHECK(done.series->column(1, 0).scale == 1);
  CHECK(done.series->series_count() == 2);
  CHECK(done.log.says("column \"y\" is constant in the training rows of 1 of 2 series; its scale is 1 there"));
  CHECK(done.log.says(late + "; left out, which leaves 2 series (short_series = \"drop\")"));
}

TEST_CASE("filling never takes a value of another series") {
  const TempFolder folder;
  auto options = panel_options(folder.file("p.csv",
                                           "id,t,y\na,2020-01-01,1\na,2020-01-02,2\na,2020-01-03,3\na,2020-01-04,4\nb,2020-01-01,\n"
                                           "b,2020-01-02,20\nb,2020-01-03,30\nb,2020-01-04,40\n"));
  options.time_column = {"t"};
  options.missing = "forward_fill";
  const auto out = folder.folder("out");
  TextLog log;
  CHECK(contains(error_of(
                     [&] {
                       static_cast<void>(prepare_series(options, Value::Map{{"val", 1}, {"test", 1}}, out, log));
                     },
                     folder.path()),
                 "4: p.csv:6: series \"b\": column \"y\" has no value at the start of the train split"));
}

TEST_CASE("predictions of many series begin with the id, which may be any text") {
  const TempFolder folder;
  const auto file = folder.path() / "predictions.csv";
  const std::vector<std::string> targets{"y"};
  PredictionsWriter writer(file, targets, false, "item, store");
  const std::array<double, 1> one{1}, two{2};
  writer.begin_series("a \"b\"\nc");
  writer.add("1", "2", 1, one, two);
  writer.begin_series("d");
  writer.add("3", "4", 1, two, one);
  writer.finish();
  PredictionsReader reader(file);
  CHECK(reader.series_column() == "item, store");
  REQUIRE(reader.next());
  CHECK(reader.series() == "a \"b\"\nc");
  CHECK(reader.forecast(0) == 2);
  REQUIRE(reader.next());
  CHECK(reader.series() == "d");
  CHECK(reader.origin() == 3);
  CHECK_FALSE(reader.next());
}

TEST_CASE("damaged files of a panel are told") {
  const TempFolder folder;
  auto options = panel_options(folder.file("p.csv", "id,y\na,1\na,2\na,3\na,4\na,5\nb,1\nb,2\nb,3\nb,4\nb,5\n"));
  const auto series = folder.folder("series"), windows = folder.folder("windows");
  TextLog log;
  static_cast<void>(prepare_series(options, Value::Map{{"val", 2}, {"test", 1}}, series, log));
  static_cast<void>(slice_series({.window = 1, .horizon = 1}, series, "../series", windows, log));
  const auto damaged = [&](const std::filesystem::path& file, std::size_t from_end, char with) {
    const std::string whole = read_text(file);
    std::string content = whole;
    content[content.size() - from_end] = with;
    write_text(file, content);
    const std::string error = error_of([&] { static_cast<void>(Windows::open(windows)); }, folder.path());
    write_text(file, whole);
    return error;
  };
  REQUIRE(error_of([&] { static_cast<void>(Windows::open(windows)); }).empty());
  CHECK(damaged(series / "ids.txt", 3, 'x') ==
        "4: windows/../series/ids.txt is damaged: it has more or less lines than there are series; run the stage that writes it again "
        "(--from series "
        "--force)");
  CHECK(contains(damaged(series / "series_start.npy", 8, 9), "series_start.npy is damaged: its series are not those of the rows"));
  CHECK(contains(damaged(series / "split_end.npy", 8, 99), "split_end.npy is damaged: a split lies beyond its series"));
  CHECK(contains(damaged(series / "segments.npy", 8, 99), "segments.npy is damaged: its segments are not those of the rows"));
  CHECK(contains(damaged(windows / "ranges.npy", 8 * 4, 7), "ranges.npy: a range is of no split"));
  CHECK(contains(damaged(windows / "ranges.npy", 8 * 2, 99), "ranges.npy: a range reaches beyond the rows there are"));
}
