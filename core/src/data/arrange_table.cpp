#include <algorithm>
#include <cmath>
#include <limits>

#include "data/clock_change.h"
#include "data/guess_series.h"
#include "data/table.h"
#include "data/two_digit_years.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// The mean of each column over rows [first, last) of `order`, of the values that are there.
void mean_of_rows(const double* values, const RowOrder& order, std::size_t first, std::size_t last, std::span<double> out) {
  for (std::size_t c = 0; c < out.size(); ++c) {
    double sum = 0;
    std::int64_t count = 0;
    for (std::size_t i = first; i < last; ++i) {
      const double value = values[static_cast<std::size_t>(order.row(order.keys()[i])) * out.size() + c];
      if (!std::isnan(value)) sum += value, ++count;
    }
    out[c] = count > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
  }
}

std::string count_of_repeats(const Disorder& disorder) {
  return format_count(disorder.repeated_times) + (disorder.repeated_times == 1 ? " time stands in " : " times stand in ") +
         format_count(disorder.repeated_times + disorder.repeats) + " rows";
}

}  // namespace

/// The order of work: local days, series after series, the time zone, then time, one row a time, and buckets.
void Table::bring_into_order(const TableRequest& request, const LocalDays& days, std::optional<ScratchArray<std::int32_t>>& clock) {
  if (utc_ && days.all()) {
    days.make_local({time_.data(), static_cast<std::size_t>(rows_)});
    utc_ = false, local_days_ = true;
  }
  if (panel_) group_series(request, clock);
  if (!has_time_) return number_rows();
  if (zone_ && !utc_ && !local_days_) read_clocks(request, {clock->data(), static_cast<std::size_t>(rows_)});
  if (!is_in_order()) arrange(request);
  if (request.resampling && rows_ > 0) resample(request);
}

/// Brings the rows of each series together, in the order of the file, since only there the order tells the hours of a changing clock.
void Table::group_series(const TableRequest& request, std::optional<ScratchArray<std::int32_t>>& clock) {
  const ScratchArray<std::int64_t> order = panel_->order_by_series(rows_);
  const std::span<const std::int64_t> from(order.data(), static_cast<std::size_t>(rows_));
  if (std::ranges::is_sorted(from)) return;
  ScratchArray<double> values(request.scratch);
  ScratchArray<std::int64_t> time(request.scratch);
  values.reserve(from.size() * columns_);
  time.reserve(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::copy_n(row(from[i]), columns_, values.data() + i * columns_);
    time.data()[i] = time_.data()[from[i]];
  }
  if (clock) {
    ScratchArray<std::int32_t> clocks(request.scratch);
    clocks.reserve(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) clocks.data()[i] = clock->data()[from[i]];
    clock = std::move(clocks);
  }
  values_ = std::move(values);
  time_ = std::move(time);
  panel_->take(from);
}

bool Table::is_in_order() const {
  for (std::int64_t row = 1; row < rows_; ++row) {
    if (time_.data()[row] <= time_.data()[row - 1] && (!panel_ || panel_->series_of(row) == panel_->series_of(row - 1))) return false;
  }
  return true;
}

/// Without times the rows of each series are counted from 0.
void Table::number_rows() {
  for (std::int64_t row = 0, first = 0; panel_ && row < rows_; ++row) {
    if (panel_->series_of(row) != panel_->series_of(first)) first = row;
    time_.data()[row] = row - first;
  }
}

void Table::read_clocks(const TableRequest& request, std::span<const std::int32_t> clock) {
  LocalDays days;
  for (const std::int64_t now : time()) days.add(now, 0);
  local_days_ = days.one_clock();
  if (local_days_ || rows_ == 0) return;
  for (std::int64_t first = 0, end = 0; first < rows_; first = end) {
    end = panel_ ? first : rows_;
    while (end < rows_ && panel_->series_of(end) == panel_->series_of(first)) ++end;
    const auto of_series = [&](auto all) { return all.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(end - first)); };
    make_utc({of_series(std::span(time_.data(), static_cast<std::size_t>(rows_))), of_series(clock),
              [&, first](std::int64_t row) { return place(first + row); }},
             *zone_, request.clocks);
  }
  utc_ = true;
}

void Table::arrange(const TableRequest& request) {
  if (const auto border = border_of_two_digit_years(request.time_format, time()))
    throw data_error(place(static_cast<std::int64_t>(*border)) + ": " + two_digit_years_text(time(), *border));
  const RowOrder order(time(), panel_ ? panel_->series(rows_) : std::span<const std::int64_t>(), request.scratch);
  disorder_ = order.disorder();
  require_order(order, request);
  keep_one_row_a_time(order, request);
}

void Table::require_order(const RowOrder& order, const TableRequest& request) const {
  const Disorder& disorder = order.disorder();
  const bool unordered = disorder.needs_order() && !request.sort && !panel_,
             repeated = disorder.repeats > 0 && request.duplicates == "error";
  if (!unordered && !repeated) return;
  if (!panel_) {
    const std::string many = series_advice(files_.first(), request.time_columns, request.time_format);
    const std::int64_t row = repeated ? disorder.first_repeat : unordered && !disorder.from_new_to_old ? disorder.first_out_of_order : 0;
    if (!many.empty())
      throw data_error(place(row) + ": the time " + time_text(row) + " does not come after those of the rows before; " + many);
  }
  if (repeated && !zone_) {
    if (const auto zone = zone_of_repeats(order)) {
      throw data_error(
          place(disorder.first_repeat) + ": the time " + time_text(disorder.first_repeat) +
          " comes a second time on a day on which clocks go back an hour: the times are local; write where, e.g. time_zone = \"" + *zone +
          "\"");
    }
  }
  std::string text;
  std::vector<std::string> cures;
  if (unordered) {
    text = disorder.from_new_to_old ? place(rows_ - 1) + ": the rows run from new to old, to " + time_text(rows_ - 1) +
                                          " in the last from " + time_text(0) + " in the first"
                                    : place(disorder.first_out_of_order) + ": the time " + time_text(disorder.first_out_of_order) +
                                          " is older than that of a row before; " + format_count(disorder.out_of_order) +
                                          (disorder.out_of_order == 1 ? " row is" : " rows are") + " out of order";
    cures.emplace_back("order = \"sort\"");
  }
  if (repeated) {
    text += text.empty() ? place(disorder.first_repeat) + ": the time " + time_text(disorder.first_repeat) + " stands in a row before (" +
                               place(disorder.first_repeated) + "); "
                         : ", and ";
    text += count_of_repeats(disorder);
    const bool most_repeat = 2 * disorder.repeats > rows_;  // to keep one row of each would leave out most of the data
    cures.emplace_back(most_repeat ? (panel_ ? "series_column = the columns that tell these rows apart too"
                                             : "series_column = the column that tells the series apart, if the rows are of several")
                                   : "duplicates = \"first\", \"last\" or \"mean\" to keep one row of each");
  }
  throw data_error(text + "; write " + join(cures, " and "));
}

void Table::keep_one_row_a_time(const RowOrder& order, const TableRequest& request) {
  const std::span<const RowKey> keys = order.keys();
  ScratchArray<double> values(request.scratch);
  ScratchArray<std::int64_t> time(request.scratch), from_rows(request.scratch);
  values.reserve(keys.size() * columns_);
  time.reserve(keys.size());
  from_rows.reserve(keys.size());
  std::int64_t kept = 0;
  for (std::size_t first = 0, last = 0; first < keys.size(); first = last) {
    while (last < keys.size() && keys[last].series == keys[first].series && keys[last].time == keys[first].time) ++last;
    const std::int64_t from = order.row(keys[request.duplicates == "last" ? last - 1 : first]);
    double* const to = values.data() + static_cast<std::size_t>(kept) * columns_;
    if (request.duplicates == "mean" && last - first > 1) {
      mean_of_rows(values_.data(), order, first, last, {to, columns_});
    } else {
      std::copy_n(row(from), columns_, to);
    }
    time.data()[kept] = keys[first].time;
    from_rows.data()[kept++] = from;
  }
  came_from(std::move(from_rows), kept);
  values_ = std::move(values);
  time_ = std::move(time);
  rows_ = kept;
}

/// Notes that row i is what row `rows[i]` was.
void Table::came_from(ScratchArray<std::int64_t> rows, std::int64_t count) {
  const std::span<std::int64_t> from(rows.data(), static_cast<std::size_t>(count));
  if (panel_) return panel_->take(from);
  for (std::int64_t& row : from) row = file_row(row);
  file_rows_ = std::move(rows);
}

}  // namespace pipeline
