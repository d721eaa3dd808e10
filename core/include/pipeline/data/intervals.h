#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "pipeline/data/series.h"
#include "pipeline/data/tier.h"
#include "pipeline/export.h"
#include "pipeline/options.h"
#include "pipeline/value.h"

/// Conformal prediction intervals: how far a model's forecasts lay from the truth on windows that it was not trained on says how far an
/// interval around its next forecasts must reach. Split conformal prediction (Vovk et al., 2005) for a point, conformalized quantile
/// regression (Romano et al., 2019) for quantiles. Units are those of the data.
namespace pipeline {

/// The scores that share one distance: those of a step and target, of a target, or of a series and target.
enum class IntervalGroup { step, target, series };
template <>
struct Words<IntervalGroup> {
  static constexpr std::array words{"step", "target", "series"};
};

/// The distance among n scores for a level: the smallest that as many scores reach as the guarantee for the next one asks for, the
/// ceil((n + 1) level)-th; NumPy's quantile with method "higher"; or with method "linear".
enum class ScoreQuantile { finite, higher, linear };
template <>
struct Words<ScoreQuantile> {
  static constexpr std::array words{"finite", "higher", "linear"};
};

struct IntervalOptions {
  std::string method = "conformal";
  std::vector<double> levels{80, 95};
  IntervalGroup by = IntervalGroup::step;
  bool symmetric = true;
  ScoreQuantile quantile = ScoreQuantile::finite;

  static constexpr auto options() {
    return option_list<IntervalOptions>(
        option("method", &IntervalOptions::method, "Intervals from the errors on validation windows.").choices({"conformal"}),
        option("levels", &IntervalOptions::levels, "The percentages of values that intervals are to cover, ascending.")
            .unit("percent")
            .above(0)
            .below(100)
            .items(1),
        option("by", &IntervalOptions::by, "Errors that share a distance: those of a step, of a target, or of a series."),
        option("symmetric", &IntervalOptions::symmetric, "One distance for both sides; false: each side has half of what is left out."),
        option("quantile", &IntervalOptions::quantile,
               "Which of n errors is the distance: the ceil((n + 1) level)-th, or NumPy's quantile of this method."));
  }
};

/// The levels of the quantiles at the ends of the central interval of a level in percent: 0.1 and 0.9 of 80.
struct IntervalQuantiles {
  double lower, upper;
};
[[nodiscard]] constexpr IntervalQuantiles quantiles_of_interval(double level) { return {(100 - level) / 200, (100 + level) / 200}; }

/// Levels of quantiles, and those at the ends of the intervals of `levels`, ascending: what a distribution is asked for.
[[nodiscard]] PIPELINE_EXPORT std::vector<double> with_interval_ends(std::vector<double> quantiles, std::span<const double> levels);

/// The fewest scores of a group with which a level has a distance.
[[nodiscard]] PIPELINE_EXPORT std::int64_t scores_needed(double level, const IntervalOptions& options);
/// The distance for a share of `scores`, which it reorders; NaN where they are too few. `share`: within (0, 1).
[[nodiscard]] PIPELINE_EXPORT double distance_of(std::span<double> scores, double share, ScoreQuantile quantile);

/// The forecasts that intervals are of.
struct IntervalTask {
  Split split = Split::val;  ///< whose windows give the errors: calibration, where a workflow sets rows apart for it
  std::vector<std::string> targets{};
  std::int64_t horizon = 0;
  std::vector<std::string> ids{};  ///< of the series; empty: there is one
  bool has_quantiles = false;      ///< the interval reaches beyond the quantiles of its level; false: beyond the point forecast
  /// [series, targets] what errors are divided by before series share a distance, and distances are multiplied by: SeriesScale::absolute.
  /// 0: not known, the series has no interval. Empty: 1.
  std::vector<double> scales{};
};

/// The intervals of one model.
class PIPELINE_EXPORT Intervals {
 public:
  /// `lower`, `upper`: [levels, groups] how far the intervals reach below and above; NaN: not known.
  Intervals(IntervalOptions options, IntervalTask task, std::vector<double> lower, std::vector<double> upper);
  [[nodiscard]] Value to_value() const;
  /// Error (data) for a damaged value.
  [[nodiscard]] static Intervals from_value(const Value& value);

  [[nodiscard]] const IntervalOptions& options() const { return options_; }
  [[nodiscard]] const IntervalTask& task() const { return task_; }

  struct Ends {
    double lower, upper;
  };
  /// A forecast that an interval is put around.
  struct Place {
    std::int64_t series = 0, step = 0, target = 0;  ///< `series`: by IntervalTask::ids; -1: another one
    double scale = 0;                               ///< of the series, where the task has scales
  };
  /// The interval of a level by its index. `low` and `high`: the quantiles of its ends, or both the point forecast. NaN: not known.
  [[nodiscard]] Ends ends(std::size_t level, const Place& place, double low, double high) const;

 private:
  [[nodiscard]] std::size_t groups() const;

  IntervalOptions options_;
  IntervalTask task_;
  std::vector<double> lower_, upper_;
};

/// Collects the scores of one model.
class PIPELINE_EXPORT IntervalScores {
 public:
  IntervalScores(const IntervalOptions& options, IntervalTask task);
  [[nodiscard]] const IntervalOptions& options() const { return options_; }
  [[nodiscard]] const IntervalTask& task() const { return task_; }
  /// Adds the forecast of a known truth. `low`, `high`: [levels] the quantiles of the ends; without quantiles the point, [1]. Error (data)
  /// for a forecast that is no number.
  void add(const Intervals::Place& place, double truth, std::span<const double> low, std::span<const double> high);
  /// Error (data), "level 95 needs 19 windows", where a group has too few scores.
  [[nodiscard]] Intervals finish();

 private:
  [[nodiscard]] std::vector<double>& scores(std::size_t side, std::size_t level, std::size_t group);

  IntervalOptions options_;
  IntervalTask task_;
  std::size_t groups_, kept_levels_;
  std::vector<std::vector<double>> scores_;  ///< [sides, kept levels, groups]
};

inline constexpr const char* intervals_file_name = "conformal.json";

/// Writes the intervals of an evaluation's models, by their names in metrics.json, to conformal.json in `folder`.
PIPELINE_EXPORT void write_intervals(const std::filesystem::path& folder, const std::map<std::string, Intervals>& of_models);
/// Reads them; Error (data) for a damaged file.
[[nodiscard]] PIPELINE_EXPORT std::map<std::string, Intervals> read_intervals(const std::filesystem::path& file);

}  // namespace pipeline
