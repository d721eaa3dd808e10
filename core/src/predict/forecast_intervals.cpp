#include "predict/forecast_intervals.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "pipeline/data/format.h"
#include "pipeline/data/season.h"
#include "pipeline/errors.h"
#include "pipeline/train/series_scale.h"

namespace pipeline {

namespace {

std::size_t place_of(double level, const std::vector<double>& levels) {
  return static_cast<std::size_t>(std::ranges::find_if(levels, [level](double other) { return std::abs(other - level) < 1e-9; }) -
                                  levels.begin());
}

}  // namespace

ForecastIntervals::ForecastIntervals(const FittedIntervals& fitted, const PredictHead& head) : head_(head) {
  if (fitted.file.empty()) return;
  std::map<std::string, Intervals> all = read_intervals(fitted.file);
  const auto found = all.find(fitted.model);
  if (found == all.end()) return;
  const auto refused = [&] {
    return data_error(fitted.file.string() + ": the intervals of " + fitted.model +
                      " are of another model: run the stage that writes them again, with --from " +
                      fitted.file.parent_path().filename().string());
  };
  const IntervalTask& task = found->second.task();
  if (task.targets != head.series.targets || task.horizon != head.horizon || task.ids.empty() == head.series.panel.has_value())
    throw refused();
  levels_ = found->second.options().levels;
  for (const double level : task.has_quantiles ? levels_ : std::vector<double>()) {
    const IntervalQuantiles ends = quantiles_of_interval(level);
    lower_.push_back(place_of(ends.lower, head.quantile_levels));
    upper_.push_back(place_of(ends.upper, head.quantile_levels));
    if (std::max(lower_.back(), upper_.back()) >= head.quantile_levels.size()) throw refused();
  }
  for (std::size_t i = 0; i < task.ids.size(); ++i) numbers_.emplace(task.ids[i], static_cast<std::int64_t>(i));
  if (!task.scales.empty()) seasons_ = season_lengths(fitted.season_length, head.series);
  intervals_ = std::move(found->second);
}

ForecastIntervals::OfSeries ForecastIntervals::unknown_series(std::int64_t row, std::int64_t series) {
  const std::string& id = head_.input.ids[static_cast<std::size_t>(series)];
  OfSeries out{.number = -1};
  if (intervals_->options().by == IntervalGroup::series) {
    without_.add(id);
    return out;
  }
  for (const SeriesScale& scale : scales_before(row + 1, head_.input, head_.series, series, seasons_)) out.scales.push_back(scale.absolute);
  std::ranges::any_of(out.scales, [](double scale) { return scale > 0; }) ? shared_.add(id) : without_.add(id);
  return out;
}

const ForecastIntervals::OfSeries& ForecastIntervals::series_at(std::int64_t row) {
  if (numbers_.empty()) return of_series_;
  const std::int64_t series = head_.input.panel().series_of(row);
  if (series == std::exchange(current_, series)) return of_series_;
  const auto found = numbers_.find(head_.input.ids[static_cast<std::size_t>(series)]);
  if (found == numbers_.end()) return of_series_ = unknown_series(row, series);
  const std::vector<double>& scales = intervals_->task().scales;
  const auto targets = static_cast<std::ptrdiff_t>(intervals_->task().targets.size());
  of_series_ = {.number = found->second};
  if (!scales.empty()) of_series_.scales.assign(scales.begin() + found->second * targets, scales.begin() + (found->second + 1) * targets);
  return of_series_;
}

std::vector<double> ForecastIntervals::of(const RowForecast& forecast) {
  std::vector<double> out;
  if (!intervals_) return out;
  const OfSeries& series = series_at(forecast.row);
  const std::size_t targets = intervals_->task().targets.size(), width = head_.quantile_levels.size();
  for (std::size_t at = 0; at < forecast.point.size(); ++at) {
    Intervals::Place place{
        .series = series.number, .step = static_cast<std::int64_t>(at / targets), .target = static_cast<std::int64_t>(at % targets)};
    if (!series.scales.empty()) place.scale = series.scales[at % targets];
    for (std::size_t level = 0; level < levels_.size(); ++level) {
      const double low = lower_.empty() ? forecast.point[at] : forecast.quantiles[at * width + lower_[level]];
      const double high = upper_.empty() ? forecast.point[at] : forecast.quantiles[at * width + upper_[level]];
      const Intervals::Ends ends = intervals_->ends(level, place, low, high);
      out.insert(out.end(), {ends.lower, ends.upper});
    }
  }
  return out;
}

void ForecastIntervals::say_unknown_series(Log& log) const {
  const auto text = [](const Named& series, const std::string& one, const std::string& several) {
    return format_count(series.count) +
           (series.count == 1 ? " series was not evaluated, and " + one : " series were not evaluated, and " + several) + ": " +
           series.first + (series.count > 1 ? ", ..." : "");
  };
  if (without_.count > 0) log.warning(text(without_, "its forecast has no intervals", "their forecasts have no intervals"));
  if (shared_.count > 0)
    log.info(text(shared_, "its intervals are those of the others, in units of its own changes",
                  "their intervals are those of the others, in units of their own changes"));
}

}  // namespace pipeline
