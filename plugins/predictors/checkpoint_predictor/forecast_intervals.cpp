#include "forecast_intervals.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline::predictor::checkpoint {

namespace {

std::size_t place_of(double level, const std::vector<double>& levels) {
  return static_cast<std::size_t>(std::ranges::find_if(levels, [level](double other) { return std::abs(other - level) < 1e-9; }) -
                                  levels.begin());
}

}  // namespace

ForecastIntervals::ForecastIntervals(const PredictRequest& request, const SeriesInfo& series, const PreparedInput& input,
                                     std::int64_t horizon, std::vector<double> quantile_levels)
    : input_(input), quantile_levels_(std::move(quantile_levels)) {
  if (request.intervals.empty()) return;
  std::map<std::string, Intervals> all = read_intervals(request.intervals);
  const auto found = all.find(request.measured_as);
  if (found == all.end()) return;
  const auto refused = [&] {
    return data_error(request.intervals.string() + ": the intervals of " + request.measured_as +
                      " are of another model: run the stage that writes them again, with --from " +
                      request.intervals.parent_path().filename().string());
  };
  const IntervalTask& task = found->second.task();
  if (task.targets != series.targets || task.horizon != horizon || task.ids.empty() == series.panel.has_value()) throw refused();
  levels_ = found->second.options().levels;
  for (const double level : task.has_quantiles ? levels_ : std::vector<double>()) {
    const IntervalQuantiles ends = quantiles_of_interval(level);
    lower_.push_back(place_of(ends.lower, quantile_levels_));
    upper_.push_back(place_of(ends.upper, quantile_levels_));
    if (std::max(lower_.back(), upper_.back()) >= quantile_levels_.size()) throw refused();
  }
  for (std::size_t i = 0; i < task.ids.size(); ++i) numbers_.emplace(task.ids[i], static_cast<std::int64_t>(i));
  intervals_ = std::move(found->second);
}

std::int64_t ForecastIntervals::known_series(std::int64_t row) const {
  if (numbers_.empty()) return 0;
  const auto found = numbers_.find(input_.ids[static_cast<std::size_t>(input_.panel().series_of(row))]);
  return found == numbers_.end() ? -1 : found->second;
}

std::vector<double> ForecastIntervals::of(std::int64_t row, std::span<const double> point, std::span<const double> quantiles) const {
  std::vector<double> out;
  if (!intervals_) return out;
  const IntervalTask& task = intervals_->task();
  const std::size_t targets = task.targets.size(), width = quantile_levels_.size();
  const std::int64_t series = known_series(row);
  for (std::size_t at = 0; at < point.size(); ++at) {
    Intervals::Place place{
        .series = series, .step = static_cast<std::int64_t>(at / targets), .target = static_cast<std::int64_t>(at % targets)};
    if (series >= 0 && !task.scales.empty()) place.scale = task.scales[static_cast<std::size_t>(series) * targets + at % targets];
    for (std::size_t level = 0; level < levels_.size(); ++level) {
      const double low = lower_.empty() ? point[at] : quantiles[at * width + lower_[level]];
      const double high = upper_.empty() ? point[at] : quantiles[at * width + upper_[level]];
      const Intervals::Ends ends = intervals_->ends(level, place, low, high);
      out.insert(out.end(), {ends.lower, ends.upper});
    }
  }
  return out;
}

bool ForecastIntervals::knows(std::int64_t row) const {
  const IntervalTask& task = intervals_->task();
  const bool pools = task.scales.empty() && intervals_->options().by != IntervalGroup::series;
  return pools || known_series(row) >= 0;
}

void ForecastIntervals::warn_of_unknown_series(std::span<const std::int64_t> rows, Log& log) const {
  if (!intervals_ || numbers_.empty()) return;
  std::int64_t unknown = 0, before = -1;
  std::string first;
  for (const std::int64_t row : rows) {
    const std::int64_t series = input_.panel().series_of(row);
    if (std::exchange(before, series) == series || knows(row)) continue;
    if (++unknown == 1) first = input_.ids[static_cast<std::size_t>(series)];
  }
  if (unknown == 0) return;
  log.warning(format_count(unknown) +
              (unknown == 1 ? " series was not evaluated, and its forecast has no intervals: "
                            : " series were not evaluated, and their forecasts have no intervals: ") +
              first + (unknown > 1 ? ", ..." : ""));
}

}  // namespace pipeline::predictor::checkpoint
