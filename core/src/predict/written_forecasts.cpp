#include "predict/written_forecasts.h"

#include <utility>

namespace pipeline {

WrittenForecasts::WrittenForecasts(std::ostream& out, FittedIntervals intervals, Log& log)
    : out_(out), fitted_(std::move(intervals)), log_(log) {}

void WrittenForecasts::begin(const PredictHead& head) {
  head_.emplace(head);
  intervals_.emplace(fitted_, *head_);
  csv_.emplace(out_, head.series, head.input,
               PredictionBands{.quantile_levels = head.quantile_levels, .interval_levels = intervals_->levels()});
}

void WrittenForecasts::add(const RowForecast& forecast) {
  const PreparedInput& input = head_->input;
  if (head_->series.panel) csv_->begin_series(input.ids[static_cast<std::size_t>(input.panel().series_of(forecast.row))]);
  csv_->add(input.time[static_cast<std::size_t>(forecast.row)], forecast.times, forecast.point, forecast.quantiles,
            intervals_->of(forecast));
}

void WrittenForecasts::finish() const {
  if (intervals_) intervals_->say_unknown_series(log_);
}

}  // namespace pipeline
