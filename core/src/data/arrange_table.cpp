#include <algorithm>
#include <cmath>
#include <limits>

#include "data/clock_change.h"
#include "data/table.h"
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

void Table::arrange(const TableRequest& request) {
  const RowOrder order(time(), {}, request.scratch);
  disorder_ = order.disorder();
  require_order(order, request);
  keep_one_row_a_time(order, request);
}

void Table::require_order(const RowOrder& order, const TableRequest& request) const {
  const Disorder& disorder = order.disorder();
  const bool unordered = disorder.needs_order() && !request.sort, repeated = disorder.repeats > 0 && request.duplicates == "error";
  if (!unordered && !repeated) return;
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
    cures.emplace_back("duplicates = \"first\", \"last\" or \"mean\" to keep one row of each");
  }
  throw data_error(text + "; write " + join(cures, " and "));
}

void Table::keep_one_row_a_time(const RowOrder& order, const TableRequest& request) {
  const std::span<const RowKey> keys = order.keys();
  ScratchArray<double> values(request.scratch);
  ScratchArray<std::int64_t> time(request.scratch), file_rows(request.scratch);
  values.reserve(keys.size() * columns_);
  time.reserve(keys.size());
  file_rows.reserve(keys.size());
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
    file_rows.data()[kept++] = file_rows_ ? file_rows_->data()[from] : from;
  }
  values_ = std::move(values);
  time_ = std::move(time);
  file_rows_ = std::move(file_rows);
  rows_ = kept;
}

}  // namespace pipeline
