#include "pipeline/data/prepare.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "unit/data/prepare_fixture.h"

namespace pipeline {
namespace {

using namespace test;

TEST_CASE("reading stops soon after the program is asked to stop") {
  const test::TempFolder folder;
  const auto file = folder.file("data.csv", csv({{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}}));
  test::TextLog log;
  const std::atomic<int> cancel = 2;
  try {
    static_cast<void>(prepare_series(options_for(file), Value::List{0.6, 0.2, 0.2}, folder.folder("preprocess"), log, &cancel));
    FAIL("it read on");
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::interrupted);
    CHECK(contains(error.what(), "interrupted after 0 rows of " + file.string()));
  }
}

TEST_CASE("the standard scaler is fitted on training rows alone, with the population deviation") {
  const test::TempFolder folder;
  PrepareOptions options = options_for(folder.file("s.csv", csv({{1, 5}, {3, 5}, {5, 5}, {900, 6}, {-900, 7}})));
  options.scaler = Scaler::standard;
  const auto [series, log] = prepare(folder, options);
  CHECK(series->info().columns[0].center == 3);
  CHECK(series->info().columns[0].scale == doctest::Approx(std::sqrt(8.0 / 3)).epsilon(1e-15));
  CHECK(column(*series, 0)[0] == doctest::Approx(-std::sqrt(1.5)));
  CHECK(series->info().columns[1].scale == 1);
  CHECK(log.says("warning: column \"b\" is constant in the training rows; its scale is 1"));
  CHECK(std::vector<double>(series->targets().begin(), series->targets().end()) == std::vector<double>{5, 5, 5, 6, 7});
}

TEST_CASE("minmax and robust scalers") {
  const test::TempFolder folder;
  PrepareOptions options = options_for(folder.file("s.csv", csv({{1, 4}, {2, 1}, {3, 2}, {10, 3}, {0, 0}, {0, 0}, {0, 0}})));
  options.scaler = Scaler::minmax;
  const Value split = Value::List{4, 1, 1};
  const auto minmax = prepare(folder, options, split).series->info().columns[0];
  CHECK(minmax.center == 1);
  CHECK(minmax.scale == 9);
  options.scaler = Scaler::robust;
  const auto robust = prepare(folder, options, split).series->info().columns;
  CHECK(robust[0].center == 2.5);
  CHECK(robust[0].scale == 4.75 - 1.75);
  CHECK(robust[1].center == 2.5);
  CHECK(robust[1].scale == 1.5);
}

TEST_CASE("splits are fractions, counts or times, and are reported with their ranges") {
  const test::TempFolder folder;
  std::string text = "t,a,b\n";
  for (int i = 1; i <= 20; ++i) text += "2020-01-" + std::string(i < 10 ? "0" : "") + std::to_string(i) + ",1," + std::to_string(i) + "\n";
  PrepareOptions options = options_for(folder.file("s.csv", text));
  options.time_column = {"t"};
  using Ends = std::array<std::int64_t, 3>;
  CHECK(prepare(folder, options, Value()).series->info().split_end == Ends{14, 17, 20});
  CHECK(prepare(folder, options, Value::List{0.7, 0.2, 0.1}).series->info().split_end == Ends{14, 18, 20});
  const auto counts = prepare(folder, options, Value::List{10, 4, 3});
  CHECK(counts.series->info().split_end == Ends{10, 14, 17});
  CHECK(counts.log.says("train: 10 rows, 2020-01-01 to 2020-01-10\nval: 4 rows, 2020-01-11 to 2020-01-14\n"));
  CHECK(counts.log.says("unused: 3 rows after the test split, from 2020-01-18"));
  CHECK(counts.log.says("step 1d, 0 gaps"));
  CHECK(prepare(folder, options, Value::List{"2020-01-15", "2020-01-17 12:00"}).series->info().split_end == Ends{14, 17, 20});

  const auto failure = [&](const Value& split) { return error_of([&] { prepare(folder, options, split); }); };
  CHECK(contains(failure(Value::List{0.7, 0.3, 0}), "4: the test split is empty"));
  CHECK(contains(failure(Value::List{0.01, 0.5, 0.4}), "4: the train split is empty"));
  CHECK(contains(failure(Value::List{"2021-01-01", "2022-01-01"}), "4: the val split is empty"));
  CHECK(contains(failure(Value::List{15, 5, 1}), "4: split asks for 21 rows where there are 20"));
  CHECK(contains(failure(Value::List{0.7, 0.2, 0.2}), "2: split: the fractions [0.7, 0.2, 0.2] add up to 1.1"));
  CHECK(contains(failure(Value::List{"2020-01-05", "2020-01-05"}), "2: split: the first time of test must come after"));
  CHECK(contains(failure(Value::List{0.7, 0.3}), "2: split = [0.7, 0.3] is not understood"));
  options.time_column = {};
  CHECK(contains(failure(Value::List{"2020-01-05", "2020-01-06"}), "2: split names times, and there is no time_column"));
}

TEST_CASE("a time that repeats is an error with its lines") {
  const test::TempFolder folder;
  PrepareOptions options = options_for(folder.file("s.csv", "t,a,b\n2020-01-01,1,1\n\n2020-01-03,1,1\n2020-01-03,1,1\n"));
  options.time_column = {"t"};
  CHECK(error_of([&] { prepare(folder, options); }, folder.path()) ==
        "4: s.csv:5: the time 2020-01-03 00:00:00 stands in a row before (s.csv:4); 1 time stands in 2 rows; write duplicates = \"first\", "
        "\"last\" or \"mean\" to keep one row of each");
  options.source = {folder.file("d.csv", "t,a,b\n01/02/2020,1,1\n").string()};
  CHECK(error_of([&] { prepare(folder, options); }, folder.path()) ==
        "4: d.csv:2: \"01/02/2020\" is no time: it is neither ISO 8601 nor epoch seconds; time_format = \"%d/%m/%Y\" or \"%m/%d/%Y\" fit "
        "the rows: write the one that is meant");
}

TEST_CASE("the time_format that is advised fits the rows") {
  const test::TempFolder folder;
  const auto said = [&](const std::vector<std::string>& times, const std::string& format = "") {
    std::string text = "t,a,b\n";
    for (const std::string& time : times) text += time + ",1,1\n";
    PrepareOptions options = options_for(folder.file("d.csv", text));
    options.time_column = {"t"};
    options.time_format = format;
    return error_of([&] { prepare(folder, options); }, folder.path());
  };
  const std::string neither = " is no time: it is neither ISO 8601 nor epoch seconds; ";
  CHECK(said({"01/02/2020", "01/03/2020", "01/14/2020"}) ==
        "4: d.csv:2: \"01/02/2020\"" + neither + "write time_format = \"%m/%d/%Y\", which fits the rows");
  CHECK(said({"13/01/2020", "14/01/2020"}) ==
        "4: d.csv:2: \"13/01/2020\"" + neither + "write time_format = \"%d/%m/%Y\", which fits the rows");
  CHECK(said({"01/02/2020", "01/03/2020", "01/04/2020", "01/05/2020"})  // every day of January, or the first of every month
            .ends_with("time_format = \"%d/%m/%Y\" or \"%m/%d/%Y\" fit the rows: write the one that is meant"));
  CHECK(said({"1/2/2020 06:00", "1/2/2020 07:00", "1/13/2020 08:00"}) ==
        "4: d.csv:2: \"1/2/2020 06:00\"" + neither + "write time_format = \"%m/%d/%Y %H:%M\", which fits the rows");
  CHECK(said({"01/12/2020", "01/13/2020"}, "%d/%m/%Y") ==
        "4: d.csv:3: \"01/13/2020\" is no time: it does not fit time_format = \"%d/%m/%Y\"; write time_format = \"%m/%d/%Y\", which fits "
        "the rows");
  CHECK(said({"2020-01-01", "2020-01-02", "soon"}) ==
        "4: d.csv:4: \"soon\"" + neither + "the other 2 cells can be read: write the time there");
  CHECK(said({"soon"}) ==
        "4: d.csv:2: \"soon\"" + neither + "say how times are written with time_format, as strptime takes it (\"%d.%m.%Y %H:%M\")");
}

TEST_CASE("times of several columns are joined") {
  const test::TempFolder folder;
  PrepareOptions options = options_for(folder.file("s.csv", "year,hour,a,b\n2010,9,1,1\n2010,10,2,2\n2010,11,3,3\n"));
  options.time_column = {"year", "hour"};
  options.time_format = "%Y %H";
  options.features = {"a", "hour"};
  const auto series = prepare(folder, options, Value::List{1, 1, 1}).series;
  CHECK(format_time(series->time()[1]) == "2010-01-01 10:00:00");
  CHECK(column(*series, 1) == std::vector<double>{9, 10, 11});
  CHECK(column(*series, 2) == std::vector<double>{1, 2, 3});  // b, a target that is no feature
  CHECK_FALSE(series->info().target_is_feature(0));
}

TEST_CASE("transforms: log, diff and log_return, which drop the first row of each segment") {
  const test::TempFolder folder;
  PrepareOptions options = options_for(folder.file("t.csv", csv({{1, 1}, {10, 2}, {100, 4}, {1000, 8}, {1, 2}, {4, 1}})));
  options.transform = Value::Map{{"a", "log"}};
  const auto logs = column(*prepare(folder, options, Value::List{4, 1, 1}).series, 0);
  CHECK(logs[2] == doctest::Approx(std::log(100)));
  CHECK(logs.size() == 6);

  options.transform = Value::Map{{"a", "diff"}, {"b", "log_return"}};
  const auto series = prepare(folder, options, Value::List{3, 1, 1}).series;
  CHECK(column(*series, 0) == std::vector<double>{9, 90, 900, -999, 3});
  const auto returns = column(*series, 1);
  CHECK(returns[0] == doctest::Approx(std::log(2)));
  CHECK(returns[4] == doctest::Approx(-std::log(2)));
  CHECK(std::vector<double>(series->targets().begin(), series->targets().end()) == std::vector<double>{2, 4, 8, 2, 1});
  CHECK(series->time()[0] == 1);
}

TEST_CASE("a transform is undone exactly") {
  for (const Transform transform : {Transform::none, Transform::log, Transform::diff, Transform::log_return}) {
    CAPTURE(word_of(transform));
    const ColumnTransform t{.name = "x", .transform = transform, .scaler = "standard", .center = 0.25, .scale = 3};
    CHECK(t.inverse(t.forward(7.5, 2.5), 2.5) == doctest::Approx(7.5).epsilon(1e-14));
    CHECK(ColumnTransform::from_value(t.to_value()).to_value() == t.to_value());
  }
}

TEST_CASE("a transform is a word in files, and an unknown one is refused when it is read") {
  Value written = ColumnTransform{.name = "x", .transform = Transform::log_return, .scaler = "mine", .center = 0.5, .scale = 2}.to_value();
  CHECK(to_json(written) == R"({"center":0.5,"name":"x","scale":2.0,"scaler":"mine","transform":"log_return"})");
  written["transform"] = "log_retrun";
  CHECK(error_of([&] { static_cast<void>(ColumnTransform::from_value(written)); }) ==
        "2: transform takes one of none, log, diff, log_return, got \"log_retrun\"; did you mean \"log_return\"?");
}

TEST_CASE("splits, fills and dropped first rows go together") {
  const test::TempFolder folder;
  auto rows = counting(13);
  rows[3].second = rows[7].second = nan_value;
  PrepareOptions options = options_for(folder.file("t.csv", csv(rows)));
  options.transform = Value::Map{{"b", "diff"}};
  options.missing = "interpolate";
  // 12 rows of the series are rows 1 to 12 of the file: train 1-7, val 8-10, test 11-12.
  const auto series = prepare(folder, options, Value::List{7, 3, 2}).series;
  CHECK(column(*series, 1) == std::vector<double>{10, 10, 10, 10, 10, 10, 0, 20, 10, 10, 10, 10});
  CHECK(observed(*series, 1) == std::vector<int>{1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1});
}

TEST_CASE("a logarithm of a value that is not above 0 is an error with line and value") {
  const test::TempFolder folder;
  PrepareOptions options = options_for(folder.file("t.csv", csv({{1, 1}, {2, 2}, {-3, 4}})));
  options.transform = Value::Map{{"a", "log"}};
  CHECK(error_of([&] { prepare(folder, options); }, folder.path()) ==
        "4: t.csv:4: column \"a\" is -3, and transform \"log\" needs values above 0; write another transform, or na_values = [-3] if it "
        "means "
        "\"missing\"");
}

TEST_CASE("a value that float32 cannot be trained on after scaling is an error with column and line") {
  const TempFolder folder;
  std::string rows = "a,b\n";
  for (int i = 0; i < 9; ++i) rows += std::to_string(i) + "," + std::to_string(i) + "\n";
  auto options = options_for(folder.file("large.csv", rows + "9,1e60\n"));  // in the test split
  options.scaler = Scaler::standard;
  const std::string message = error_of([&] { prepare(folder, options); });
  CHECK(message.starts_with("4: "));
  CHECK(contains(message, "large.csv:11: column \"b\" is 1e+60, which becomes "));
  CHECK(contains(message,
                 "float32 cannot be trained on numbers beyond 1e15; correct it, or if it means \"missing\", write na_values = [1e+60]"));
  options.missing = "drop";
  options.source = {folder.file("dropped.csv", "a,b\n,1\n" + rows.substr(4) + "9,1e60\n").string()};
  CHECK(contains(error_of([&] { prepare(folder, options); }), "dropped.csv:12: column \"b\" is 1e+60"));
  options.transform = Value::Map{{"b", "log_return"}};
  options.source = {folder.file("jump.csv", "a,b\n1,1e-320\n2,1e99\n3,1\n4,2\n5,3\n6,4\n7,5\n8,6\n").string()};
  CHECK(contains(error_of([&] { prepare(folder, options); }), "jump.csv:3: column \"b\" is 1e+99"));
}

TEST_CASE("options that fit no column are refused") {
  const test::TempFolder folder;
  const PrepareOptions good = options_for(folder.file("t.csv", csv(counting(10))));
  const auto failure = [&](const std::function<void(PrepareOptions&)>& change) {
    PrepareOptions options = good;
    change(options);
    return error_of([&] { prepare(folder, options); }, folder.path());
  };
  CHECK(contains(failure([](auto& o) { o.features = {"a", "c"}; }), "4: t.csv has no column \"c\""));
  CHECK(contains(failure([](auto& o) { o.features = {}; }), "2: features is empty"));
  CHECK(contains(failure([](auto& o) { o.target = {}; }), "2: target is empty"));
  CHECK(contains(failure([](auto& o) { o.features = {"a", "a"}; }), "2: features names the column \"a\" twice"));
  CHECK(contains(failure([](auto& o) { o.target = {"b", "b"}; }), "2: target names the column \"b\" twice"));
  CHECK(contains(failure([](auto& o) {
                   o.transform = Value::Map{{"c", "log"}};
                 }),
                 "2: transform names \"c\", which is neither a feature nor a target"));
  CHECK(contains(failure([](auto& o) {
                   o.transform = Value::Map{{"a", "log_retrun"}};
                 }),
                 "2: transform of \"a\" takes one of none, log, diff, log_return, got \"log_retrun\"; did you mean \"log_return\"?"));
  CHECK(contains(failure([](auto& o) { o.transform = Value::Map{{"a", 1}}; }), "2: transform of \"a\" takes"));
  CHECK(contains(failure([](auto& o) { o.transform = "log"; }), "2: transform takes a table"));
  CHECK(contains(failure([&](auto& o) { o.source = {folder.file("h.csv", "a,b\n").string()}; }), "4: h.csv has a header and no rows"));
  CHECK(contains(failure([&](auto& o) { o.source = {folder.file("n.csv", "a,b\n,\n1,\n").string()}, o.missing = "drop"; }),
                 "no row without missing values"));
}

TEST_CASE("a damaged series is refused with the reason") {
  const test::TempFolder folder;
  const auto series_folder = folder.path() / "preprocess";
  const auto again = [&] {
    prepare(folder, options_for(folder.file("t.csv", csv(counting(10)))));
    return series_folder;
  };
  const auto failure = [&] { return error_of([&] { static_cast<void>(Series::open(series_folder)); }, folder.path()); };
  std::filesystem::remove(again() / "columns.json");
  CHECK(failure() == "4: preprocess holds no series: columns.json is missing");
  std::filesystem::resize_file(again() / "series.npy", 150);
  CHECK(contains(failure(), "series.npy is damaged"));
  std::filesystem::copy_file(again() / "series.npy", series_folder / "targets.npy", std::filesystem::copy_options::overwrite_existing);
  CHECK(contains(failure(), "targets.npy holds <f4 [10, 2] where <f8 [10, 1] is expected"));
  Value columns = read_json(again() / "columns.json");
  columns["split_end"] = Value::List{1, 2, 11};
  write_json(series_folder / "columns.json", columns);
  CHECK(contains(failure(), "a split lies beyond the series"));
  write_text(again() / "columns.json", "{}");
  CHECK(contains(failure(), "are damaged"));
}

TEST_CASE("a series that another stage made is written and read back") {
  const test::TempFolder folder;
  SeriesInfo info;
  info.features = info.targets = {"x"};
  info.columns = {{.name = "x"}};
  info.target_columns = {0};
  info.segments = {{0, 3}};
  info.split_end = {1, 2, 3};
  const std::array<float, 3> values{1, 2, 3};
  const std::array<double, 3> targets{1, 2, 3};
  const std::array<std::int64_t, 3> time{7, 8, 9};
  write_series(folder.path(), {.info = info, .values = values, .time = time, .targets = targets, .observed = {}});
  const auto series = Series::open(folder.path());
  CHECK(series->rows() == 3);
  CHECK(series->time()[2] == 9);
  CHECK(series->observed()[1] == 1);
  CHECK(contains(
      error_of([&] { write_series(folder.path(), {.info = info, .values = values, .time = time, .targets = {}, .observed = {}}); }),
      "don't fit 3 rows"));
}

TEST_CASE("new data of the same kind go through the transforms that were fitted") {
  const test::TempFolder folder;
  std::string text = "t,a,b\n", more = "b,t,a\n";
  for (int i = 0; i < 20; ++i)
    text += "2020-01-01 " + std::to_string(i) + ":00," + std::to_string(i) + "," + std::to_string(100 + i * i) + "\n";
  more += "7,2020-02-01 00:00,1\n,2020-02-01 01:00,-99\n9,2020-02-01 02:00,3\n";
  PrepareOptions options = options_for(folder.file("t.csv", text));
  options.time_column = {"t"};
  options.scaler = Scaler::standard;
  options.missing = "forward_fill";
  options.na_values = Value::List{-99};
  options.features = {"a"};
  const SeriesInfo info = SeriesInfo::from_value(prepare(folder, options).series->info().to_value());
  const PreparedInput input = read_like(folder.file("more.csv", more), info);
  REQUIRE(input.rows() == 3);
  CHECK(format_time(input.time[2]) == "2020-02-01 02:00:00");
  const ColumnTransform& a = info.columns[0];
  CHECK(input.values[0] == static_cast<float>((1 - a.center) / a.scale));
  CHECK(input.values[2] == input.values[0]);  // filled
  CHECK(input.observed == std::vector<std::uint8_t>{1, 1, 0, 0, 1, 1});
  CHECK(input.targets[0] == 7);
  CHECK(std::isnan(input.targets[1]));  // a column that is only a target may be unknown
  CHECK(std::isnan(read_like(folder.file("none.csv", "t,a\n2020-02-01 00:00,1\n"), info).targets[0]));
  CHECK(contains(
      error_of([&] { static_cast<void>(read_like(folder.file("gap.csv", "t,a\n2020-02-01 00:00,1\n2020-02-01 07:00,1\n"), info)); }),
      "where the step is 1h"));
}

TEST_CASE("nothing but the series is left in the folder") {
  const test::TempFolder folder;
  prepare(folder, options_for(folder.file("t.csv", csv(counting(10)))));
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "preprocess")) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  CHECK(names == std::vector<std::string>{"columns.json", "observed.npy", "series.npy", "targets.npy", "time.npy", "transform.json"});
}

}  // namespace
}  // namespace pipeline
