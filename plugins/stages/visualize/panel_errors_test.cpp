#include "panel_errors.h"

#include <doctest/doctest.h>

#include <numeric>
#include <string>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "support/temp_folder.h"

using namespace pipeline;
using namespace pipeline::stage::visualize;

namespace {

/// by_series.csv of so many series: series i has the MASE i, or none if it is a multiple of 7.
std::filesystem::path by_series(const TempFolder& folder, int series) {
  std::string text = "unique_id,target,windows,mse,mae,mase,naive_mae\n";
  for (int i = 1; i <= series; ++i) {
    text += "s" + std::to_string(i) + ",y,10,4," + std::to_string(2 * i) + "," + (i % 7 == 0 ? "" : std::to_string(i)) + ",3\n";
  }
  write_text(folder.path() / "by_series.csv", text);
  return folder.path() / "by_series.csv";
}

}  // namespace

TEST_CASE("series are sorted by MASE, the worst first; those without one come last") {
  const TempFolder folder;
  const PanelErrors errors = read_panel_errors(by_series(folder, 30));
  CHECK(errors.by_mase);
  REQUIRE(errors.errors.size() == 30);
  CHECK(errors.errors[0].series == "s30");
  CHECK(errors.errors[0].mae == 60);
  CHECK(errors.errors[26].series == "s7");
  CHECK(errors.errors[29].series == "s28");
  CHECK(drawn_series(errors) ==
        std::vector<std::string>{"s30", "s29", "s27", "s26", "s25", "s24", "s23", "s22", "s20", "s19", "s15", "s1"});
}

TEST_CASE("every series with an error is in the picture") {
  const TempFolder folder;
  const Figure figure = panel_figure(read_panel_errors(by_series(folder, 1000)));
  const std::vector<double>& counts = figure.plots.at(0).curves.at(0).y;
  CHECK(std::accumulate(counts.begin(), counts.end(), 0.0) == 1000 - 142);
  CHECK(counts.back() > counts[1]);  // the worst hundredth lies in the last bar
}

TEST_CASE("a report of many series is as small as one of few") {
  const TempFolder folder;
  Value few{Value::Map{}}, many{Value::Map{}};
  add_panel_view(read_panel_errors(by_series(folder, 40)), few);
  add_panel_view(read_panel_errors(by_series(folder, 20'000)), many);
  CHECK(to_json(many).size() < 1.2 * static_cast<double>(to_json(few).size()));
  CHECK(many.at("series_rows").as_list().size() == 12);
  Value none{Value::Map{}};
  add_panel_view({}, none);
  CHECK(none.at("has_series") == Value(false));
}

TEST_CASE("a file of another program is refused") {
  const TempFolder folder;
  write_text(folder.path() / "by_series.csv", "unique_id,mae\na,1\n");
  CHECK_THROWS_WITH_AS((void)read_panel_errors(folder.path() / "by_series.csv"), doctest::Contains("the heading has no column target"),
                       Error);
}
