// Columns and rows of a file as new-workflow sees them: what is known ahead, and which windows fit into many series.
#include <string>

#include "data/calendar.h"
#include "data/guess_roles.h"
#include "data/series_rows.h"
#include "data/window_fit.h"
#include "unit/data/data_test.h"

namespace pipeline {
namespace {

using Names = std::vector<std::string>;

ColumnRoles roles_of(const std::string& text, const RoleQuestion& question, const CsvFormat& format = {}) {
  const test::TempFolder folder;
  return guess_roles(CsvFile(folder.file("r.csv", text), format), question);
}

/// Days from `first` on without those whose number is a multiple of `every`.
RowsOfSeries days(std::int64_t first, std::int64_t count, std::int64_t every = 0) {
  RowsOfSeries rows;
  for (std::int64_t day = first; day < first + count; ++day) {
    if (every > 0 && day % every == 0) continue;
    rows.times.push_back(day * nanoseconds_per_day);
    rows.complete.push_back(true);
  }
  mark_gaps(rows, Frequency::parse("1d"));
  return rows;
}

TEST_CASE("rows after the last target are found in the order of time, whatever means missing there") {
  const RoleQuestion question{.series_columns = {}, .numbers = {"plan", "y"}, .words = {}, .targets = {"y"}};
  CsvFormat format;
  format.missing.words = {"n.a."};
  format.missing_in["y"].numbers = {-999};
  const ColumnRoles by_mark = roles_of("plan,y\n1,5\n2,n.a.\n3,6\n4,-999\n5,n.a.\n", question, format);
  CHECK(by_mark.known_future == Names{"plan"});
  CHECK(by_mark.future_rows == 2);
  CHECK(by_mark.missing == 2);
  CHECK(by_mark.ahead == std::vector<bool>{false, false, false, true, true});

  RoleQuestion newest_first = question;
  newest_first.order = {4, 3, RoleQuestion::no_place, 2, 1, 0};
  const std::string turned = "plan,y\n5,\n4,\n9,\n3,6\n,5\n1,5\n";
  const ColumnRoles by_time = roles_of(turned, newest_first);
  CHECK(by_time.known_future == Names{"plan"});
  CHECK(by_time.future_rows == 2);
  CHECK(roles_of(turned, question).known_future.empty());
}

TEST_CASE("a last row that lacks its target as others do is not ahead") {
  const RoleQuestion question{.series_columns = {}, .numbers = {"x", "y"}, .words = {}, .targets = {"y"}};
  CHECK(roles_of("x,y\n1,5\n2,\n3,6\n4,\n", question).known_future.empty());
  CHECK(roles_of("x,y\n1,5\n2,\n3,6\n4,\n", question).ahead.empty());
  CHECK(roles_of("x,y\n1,5\n2,\n3,6\n4,\n5,\n", question).known_future == Names{"x"});
}

TEST_CASE("one outage as long as the rows ahead does not hide them, and many do") {
  const RoleQuestion question{.series_columns = {}, .numbers = {"x", "y"}, .words = {}, .targets = {"y"}};
  const auto with_outages = [](int count) {
    std::string text = "x,y\n";
    for (int row = 0; row < 1000; ++row) {
      const bool has_none = row >= 994 || (row % 50 < 6 && row / 50 < count);
      text += std::to_string(row) + (has_none ? ",\n" : ",5\n");
    }
    return text;
  };
  CHECK(roles_of(with_outages(1), question).future_rows == 6);
  CHECK(roles_of(with_outages(4), question).future_rows == 0);
}

TEST_CASE("a fixed column needs no order of the rows, and times before 1970 are places too") {
  const RoleQuestion question{
      .series_columns = {"id"}, .numbers = {"size", "y"}, .words = {"kind"}, .targets = {"y"}, .order = {-1, -2, -3, 0, -9, -8}};
  const ColumnRoles roles = roles_of("id,size,kind,y\na,1,x,\na,1,x,3\na,1,x,4\nb,2,z,5\nb,2,z,7\nb,2,z,6\n", question);
  CHECK(roles.fixed == Names{"size", "kind"});
  CHECK(roles.future_rows == 1);
  CHECK(roles.known_future.empty());  // size is fixed
}

TEST_CASE("the windows of many series are counted as slice_windows counts them") {
  const std::vector<RowsOfSeries> series{days(0, 100), days(0, 100), days(0, 5), days(90, 10)};
  const WindowFit fit(series, {});
  const WindowFit::Result result = fit.of(8, 2);
  CHECK(result.in_each_split);
  CHECK(result.series_without == 2);  // one is too short, one begins in the test split
  CHECK_FALSE(fit.of(8, 20).in_each_split);
  CHECK(fit.typical_run() == 100);

  const std::vector<RowsOfSeries> broken{days(0, 180, 9), days(0, 180, 9)};
  CHECK(WindowFit(broken, {}).typical_run() == 8);
  CHECK_FALSE(WindowFit(broken, {}).of(14, 4).in_each_split);
  CHECK(WindowFit(broken, {.across_gaps = true}).of(14, 4).in_each_split);
  CHECK_FALSE(WindowFit(std::vector{days(0, 2)}, {}).of(2, 1).in_each_split);
}

TEST_CASE("values can be filled where each run and each split begins with a complete row") {
  std::vector<RowsOfSeries> series{days(0, 100), days(0, 100)};
  for (std::size_t row = 5; row < 100; row += 9) series[0].complete[row] = false;
  CHECK(WindowFit(series, {}).can_be_filled());
  CHECK(WindowFit(series, {.across_gaps = false, .drops_incomplete = true}).of(6, 3).in_each_split);
  CHECK(WindowFit(std::span(series).first(1), {.across_gaps = false, .drops_incomplete = true}).typical_run() == 8);
  series[1].complete[70] = false;  // the first row of validation
  CHECK_FALSE(WindowFit(series, {}).can_be_filled());
}

}  // namespace
}  // namespace pipeline
