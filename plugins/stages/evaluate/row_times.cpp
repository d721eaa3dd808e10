#include "row_times.h"

#include <algorithm>

#include "pipeline/data/format.h"

namespace pipeline::stage::evaluate {

namespace {

constexpr std::int64_t day_ns = 86'400'000'000'000;

}  // namespace

RowTimes::RowTimes(const Series* series)
    : series_(series), dates_only_(series && std::ranges::all_of(series->time(), [](std::int64_t time) { return time % day_ns == 0; })) {}

std::string RowTimes::at(std::int64_t row) const {
  if (!series_) return std::to_string(row);
  const std::int64_t time = series_->time()[static_cast<std::size_t>(row)];
  return series_->info().has_time ? format_time(time, dates_only_) : std::to_string(time);
}

}  // namespace pipeline::stage::evaluate
