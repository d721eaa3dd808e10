#include "next_forecast.h"

#include <doctest/doctest.h>

#include <cmath>

#include "next_view.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "support/temp_folder.h"

using namespace pipeline;
using namespace pipeline::stage::visualize;

namespace {

Next next_of(const TempFolder& folder, const std::string& csv, const std::vector<std::string>& targets) {
  write_text(folder.path() / "next.csv", csv);
  Next next;
  next.targets = read_next(folder.path() / "next.csv", targets, nullptr);
  return next;
}

constexpr const char* with_intervals =
    "origin,time,step,y_pred,y_q0.1,y_q0.9,y_lo_80,y_hi_80,y_lo_95,y_hi_95\n"
    "2024-01-01,2024-01-02,1,10,9,11,8,12,7,13\n"
    "2024-01-01,2024-01-03,2,20,19,21,18,22,17,23\n";

}  // namespace

TEST_CASE("a forecast with intervals is read, widest interval first, and told") {
  const TempFolder folder;
  const Next next = next_of(folder, with_intervals, {"y"});
  REQUIRE(next.targets.size() == 1);
  const NextTarget& target = next.targets[0];
  CHECK(target.name == "y");
  CHECK(target.times == std::vector<std::string>{"2024-01-02", "2024-01-03"});
  CHECK(target.example.horizon[1].prediction == 20);
  CHECK(std::isnan(target.example.horizon[1].truth));
  REQUIRE(target.example.bands.size() == 2);
  CHECK(target.example.bands[0].level == 95);
  CHECK(target.example.bands[0].upper[1] == 23);
  CHECK(target.example.bands[1].lower[0] == 8);
  CHECK(target.example.horizon[0].time - target.example.origin == 24 * 3600 * 1000.0);
  CHECK(lead_of(next) == "y after 2024-01-01: 10.00 at 2024-01-02 (80 %: 8.000 to 12.00), and 20.00 at 2024-01-03 (80 %: 18.00 to 22.00).");
}

TEST_CASE("times are drawn as their clocks show them, and rows without a time by their numbers") {
  const TempFolder folder;
  const Next zoned = next_of(folder, "origin,time,step,y_pred\n2024-03-31 01:00:00+01:00,2024-03-31 03:00:00+02:00,1,1\n", {"y"});
  CHECK(zoned.targets[0].example.horizon[0].time - zoned.targets[0].example.origin == 2 * 3600 * 1000.0);
  const Next rows = next_of(folder, "origin,time,step,y_pred\n99,100,1,1\n", {"y"});
  CHECK(rows.targets[0].example.origin == 99);
  CHECK(lead_of(rows) == "y after 99: 1.000 at 100.");
}

TEST_CASE("of many series each target of each is one") {
  const TempFolder folder;
  Next next = next_of(folder, "id,origin,time,step,y_pred,z_pred\na,1,2,1,10,20\na,1,3,2,11,21\nb,5,6,1,30,40\n", {"y", "z"});
  next.by_series = true, next.series = 3;
  REQUIRE(next.targets.size() == 4);
  CHECK(next.targets[1].name == "a: z");
  CHECK(next.targets[1].example.horizon[1].prediction == 21);
  CHECK(next.targets[2].name == "b: y");
  CHECK(next.targets[2].times.size() == 1);
  Value view{Value::Map{}};
  add_next_view(next, "w.toml", view);
  CHECK(view.at("next_tables").as_list().size() == 4);
  CHECK(next_figure(next).plots.size() == 4);
}

TEST_CASE("targets may be named as another one's quantiles") {
  const TempFolder folder;
  const Next next = next_of(folder,
                            "origin,time,step,y_pred,y_lo_80,y_hi_80,y_q1_pred,y_q1_lo_80,y_q1_hi_80,y_qty_pred,y_qty_lo_80,y_qty_hi_80\n"
                            "1,2,1,10,9,11,20,18,22,30,27,33\n",
                            {"y", "y_q1", "y_qty"});
  REQUIRE(next.targets.size() == 3);
  for (std::size_t t = 0; t < 3; ++t) {
    const double point = 10 * static_cast<double>(t + 1);
    REQUIRE(next.targets[t].example.bands.size() == 1);
    CHECK(next.targets[t].example.horizon[0].prediction == point);
    CHECK(next.targets[t].example.bands[0].lower[0] == doctest::Approx(0.9 * point));
    CHECK(next.targets[t].example.bands[0].upper[0] == doctest::Approx(1.1 * point));
  }
}

TEST_CASE("a file that is no forecast is an error with its place") {
  const TempFolder folder;
  CHECK_THROWS_WITH_AS(next_of(folder, "origin,time,step,x_pred\n1,2,1,1\n", {"y"}), doctest::Contains("the heading has no y_pred"), Error);
  CHECK_THROWS_WITH_AS(next_of(folder, "origin,time,step,y_pred\n", {"y"}), doctest::Contains("there is no forecast below the heading"),
                       Error);
}

TEST_CASE("long tables are cut, and say so") {
  const TempFolder folder;
  std::string csv = "origin,time,step,y_pred\n";
  for (int step = 1; step <= 96; ++step) csv += "0," + std::to_string(step) + "," + std::to_string(step) + ",1\n";
  Value view{Value::Map{}};
  add_next_view(next_of(folder, csv, {"y"}), "w.toml", view);
  const Value& table = view.at("next_tables").as_list().front();
  CHECK(table.at("lines").as_list().size() == 48);
  CHECK(table.at("rest") == Value("The first 48 of 96 steps; next_forecast.csv beside this file has all."));
}
