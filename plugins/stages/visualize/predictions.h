#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace pipeline::stage::visualize {

/// One forecast value beside the truth, in original units; NaN for a missing value.
struct Point {
  double time;  ///< milliseconds since 1970 UTC, or a row number
  double truth, prediction, naive;
  [[nodiscard]] double residual() const { return prediction - truth; }
};

/// Forecasts a fixed number of steps ahead, through time. Thinned: of `total` points, those with the extremes are kept.
struct Track {
  std::int64_t step = 0, total = 0;
  std::vector<Point> points;
};

/// The ends of a forecast's central intervals of one level, [horizon]; NaN: not known.
struct Band {
  double level = 0;  ///< in percent
  std::vector<double> lower, upper;
};

/// The whole horizon from one origin, after some of the truth before it.
struct Example {
  double origin = 0;
  std::string label;        ///< the origin's text in the file
  std::vector<Point> past;  ///< only time and truth
  std::vector<Point> horizon;
  std::vector<Band> bands{};  ///< widest first; empty: none were asked for, or the forecast has none
};

/// Errors of one step ahead, over all origins.
struct StepError {
  std::int64_t step = 0, count = 0;
  double mae = 0, rmse = 0, naive_mae = 0, naive_rmse = 0;
};

/// Counts of residuals (prediction minus truth) in equal bins from `low`. Residuals outside the bins are only counted.
struct Histogram {
  double low = 0, width = 0;
  std::vector<std::int64_t> counts;
  std::int64_t beyond = 0;
};

struct TargetPredictions {
  std::string target;
  std::int64_t count = 0;  ///< forecasts whose truth is known
  double bias = 0;         ///< mean residual
  double deviation = 0;    ///< standard deviation of the residuals
  std::vector<StepError> by_step;
  std::vector<Track> tracks;
  std::vector<Example> examples;
  Histogram residuals;
};

struct Predictions {
  bool has_time = false;  ///< times are dates; else row numbers
  std::string split;      ///< the split of the file; empty if the file names none
  std::int64_t rows = 0, origins = 0;
  bool by_series = false;           ///< its targets are those of several series
  std::vector<std::int64_t> steps;  ///< ascending
  std::vector<TargetPredictions> targets;

  [[nodiscard]] std::vector<std::string> target_names() const {
    std::vector<std::string> names;
    for (const TargetPredictions& target : targets) names.push_back(target.target);
    return names;
  }
};

struct PredictionLimits {
  std::int64_t examples = 6;
  std::int64_t max_points = 4000;    ///< of one track
  std::int64_t max_values = 200000;  ///< of all tracks together, and of all examples together; fewer of each are drawn to stay within it
  std::int64_t bins = 60;
  bool bands = false;  ///< examples have the bands of the forecast
};

/// Reads predictions.csv (origin,time,step, then <target>,<target>_pred,<target>_naive) twice as a stream: first for errors and ranges,
/// then for the drawings, so that memory does not depend on its length. Of a file of many series it reads those in `series` alone: each
/// target of each of them is a target of the result, named by the series, and by the target too if there are several. Error (data) with
/// file and line for unreadable content.
[[nodiscard]] Predictions read_predictions(const std::filesystem::path& file, const PredictionLimits& limits,
                                           const std::vector<std::string>& series = {});

/// Keeps at most about `limit` of the points: those with the extremes of truth, prediction and residual in each run of neighbours.
class Thinning {
 public:
  Thinning(std::int64_t total, std::int64_t limit);
  void add(const Point& point);
  [[nodiscard]] std::vector<Point> finish();

 private:
  void close_run();
  static constexpr std::int64_t extremes_of_a_run = 6;
  std::int64_t run_length_, in_run_ = 0;
  std::vector<Point> kept_;
  std::array<Point, extremes_of_a_run> extremes_{};  ///< lowest and highest truth, prediction, residual
};

}  // namespace pipeline::stage::visualize
