#include "pipeline/data/intervals.h"

#include <doctest/doctest.h>

#include <cmath>

#include "pipeline/errors.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

/// Scores 1 to `count` for one target and step, around a forecast of 0.
Intervals of_errors(const IntervalOptions& options, int count, IntervalTask task = {.targets = {"y"}, .horizon = 1}) {
  IntervalScores scores(options, std::move(task));
  const std::vector<double> zero{0};
  for (int i = 1; i <= count; ++i) scores.add({.scale = 1}, i % 2 == 0 ? i : -i, zero, zero);
  return scores.finish();
}

std::string error_of(const auto& work) {
  try {
    static_cast<void>(work());
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::data);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a distance is the ceil((n + 1) level)-th score, or NumPy's quantile") {
  std::vector<double> scores{3, 1, 2, 5, 4, 7, 6, 9, 8, 10};
  const auto distance = [&](double share, ScoreQuantile quantile) { return distance_of(scores, share, quantile); };
  CHECK(distance(0.8, ScoreQuantile::finite) == 9);          // ceil(11 x 0.8) = 9
  CHECK(distance(0.9, ScoreQuantile::finite) == 10);         // ceil(11 x 0.9) = 10
  CHECK(std::isnan(distance(0.95, ScoreQuantile::finite)));  // ceil(11 x 0.95) = 11
  CHECK(distance(0.8, ScoreQuantile::higher) == 9);          // np.quantile(range(1, 11), 0.8, method="higher")
  CHECK(distance(0.8, ScoreQuantile::linear) == doctest::Approx(8.2).epsilon(1e-12));
  CHECK(std::isnan(distance_of({}, 0.5, ScoreQuantile::linear)));
}

TEST_CASE("levels need so many windows") {
  CHECK(scores_needed(80, {}) == 4);
  CHECK(scores_needed(90, {}) == 9);
  CHECK(scores_needed(95, {}) == 19);
  CHECK(scores_needed(99, {}) == 99);
  CHECK(scores_needed(95, {.symmetric = false}) == 39);
  CHECK(scores_needed(95, {.quantile = ScoreQuantile::linear}) == 1);
  CHECK(
      error_of([] { return of_errors({}, 18); }) ==
      "intervals: level 95 needs 19 windows, and the val split has 18 for step 1 of y: give val more rows in `split`, pool the steps (by = "
      "\"target\"), or ask for a lower level");
  CHECK(error_of([] { return of_errors({.by = IntervalGroup::target}, 18); }) ==
        "intervals: level 95 needs 19 errors, and the val split has 18 for y: give val more rows in `split`, or ask for a lower level");
  CHECK(error_of([] {
          return of_errors({.by = IntervalGroup::series}, 18, {.targets = {"y"}, .horizon = 1, .ids = {"T1"}});
        }).find("the val split has 18 for y of series T1: give val more rows in `split`, pool the series (by = \"target\")") !=
        std::string::npos);
}

TEST_CASE("intervals reach as far as the errors, on both sides or on each") {
  const Intervals both = of_errors({}, 19);
  CHECK(both.ends(0, {}, 100, 100).lower == 84);  // ceil(20 x 0.8) = 16
  CHECK(both.ends(0, {}, 100, 100).upper == 116);
  CHECK(both.ends(1, {}, 100, 100).upper == 119);
  const Intervals each = of_errors({.levels = {80}, .symmetric = false}, 19);
  CHECK(each.ends(0, {}, 100, 100).lower == 83);   // the 18th of -18, -16, ..., 17, 19
  CHECK(each.ends(0, {}, 100, 100).upper == 116);  // the 18th of -19, -17, ..., 16, 18
}

TEST_CASE("around quantiles a score is how far the truth lies beyond them, also if it lies within") {
  IntervalScores scores({.levels = {50}}, {.targets = {"y"}, .horizon = 1, .has_quantiles = true});
  const std::vector<double> low{-10}, high{10};
  for (const double y : {0.0, 4.0, 9.0}) scores.add({}, y, low, high);  // -10, -6, -1
  const Intervals drawn_in = scores.finish();
  CHECK(drawn_in.ends(0, {}, -10, 10).lower == -4);  // ceil(4 x 0.5) = 2: -6
  CHECK(drawn_in.ends(0, {}, -1, 1).lower == 0);     // they do not cross
  CHECK(drawn_in.ends(0, {}, -1, 1).upper == 0);
}

TEST_CASE("series share distances in units of their own scale, or have their own") {
  IntervalTask task{.targets = {"y"}, .horizon = 1, .ids = {"small", "large", "flat"}, .scales = {1, 100, 0}};
  IntervalScores pooled({.levels = {50}}, task);
  const std::vector<double> zero{0};
  for (const double y : {1.0, 2.0}) pooled.add({.series = 0, .scale = 1}, y, zero, zero);
  pooled.add({.series = 1, .scale = 100}, 300, zero, zero);
  pooled.add({.series = 2, .scale = 0}, 300, zero, zero);  // has no scale: is left out
  const Intervals shared = pooled.finish();
  CHECK(shared.ends(0, {.series = 0, .scale = 1}, 0, 0).upper == 2);
  CHECK(shared.ends(0, {.series = 1, .scale = 100}, 0, 0).upper == 200);
  CHECK(std::isnan(shared.ends(0, {.series = 2, .scale = 0}, 0, 0).upper));
  task.scales.clear();
  IntervalScores own({.levels = {50}, .by = IntervalGroup::series}, task);
  for (const double y : {1.0, 2.0}) own.add({.series = 0}, y, zero, zero), own.add({.series = 1}, 100 * y, zero, zero);
  const Intervals apart = own.finish();
  CHECK(apart.ends(0, {.series = 1}, 0, 0).upper == 200);
  CHECK(std::isnan(apart.ends(0, {.series = 2}, 0, 0).upper));   // no window
  CHECK(std::isnan(apart.ends(0, {.series = -1}, 0, 0).upper));  // another series
}

TEST_CASE("a forecast that is no number makes no intervals, in words") {
  IntervalScores scores({.levels = {50}}, {.split = Split::calibration, .targets = {"x", "y"}, .horizon = 3});
  const std::vector<double> unknown{std::nan("")}, zero{0};
  const auto add = [&](double truth, const std::vector<double>& forecast) {
    return error_of([&] {
      scores.add({.step = 2, .target = 1}, truth, forecast, forecast);
      return 0;
    });
  };
  CHECK(add(1, unknown) ==
        "intervals: a forecast of step 3 of y on the calibration split is no number, so that its error is unknown: leave intervals out, or "
        "measure another model");
  CHECK(add(1, {INFINITY}).find("is no number") != std::string::npos);
  CHECK(add(std::nan(""), unknown).empty());  // the truth is not known either
  CHECK(add(1, zero).empty());
}

TEST_CASE("the file keeps intervals, and says when it is damaged") {
  const TempFolder folder;
  write_intervals(folder.path(), {{"baselines/Theta", of_errors({.levels = {50, 90}, .symmetric = false}, 19)}});
  const auto read = read_intervals(folder.path() / intervals_file_name);
  REQUIRE(read.contains("baselines/Theta"));
  const Intervals& intervals = read.at("baselines/Theta");
  CHECK(intervals.options().levels == std::vector{50.0, 90.0});
  CHECK_FALSE(intervals.options().symmetric);
  CHECK(intervals.ends(1, {}, 0, 0).upper == of_errors({.levels = {50, 90}, .symmetric = false}, 19).ends(1, {}, 0, 0).upper);
  Value broken = intervals.to_value();
  broken["lower"] = Value::List{1.0};
  CHECK(error_of([&] { return Intervals::from_value(broken); }) == "the distances of intervals do not fit their levels and groups");
}
