#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "data/table.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// One column over rows [first, last); NaN where less than `least` values are there.
double summary_of(const double* values, std::size_t columns, std::int64_t first, std::int64_t last, Summary how, double least) {
  double out = missing, sum = 0;
  std::int64_t count = 0;
  for (std::int64_t row = first; row < last; ++row) {
    const double value = values[static_cast<std::size_t>(row) * columns];
    if (std::isnan(value)) continue;
    sum += value;
    const bool takes = count++ == 0 || how == Summary::last || (how == Summary::min && value < out) || (how == Summary::max && value > out);
    if (takes) out = value;
  }
  if (count == 0 || static_cast<double>(count) < least) return missing;
  if (how == Summary::sum) return sum;
  return how == Summary::mean ? sum / static_cast<double>(count) : out;
}

}  // namespace

void Table::resample(const TableRequest& request) {
  const Resampling& resampling = *request.resampling;
  const Frequency step = infer_frequency(time());
  if (step.step_ns > 0 && resampling.every.step_ns > 0 && resampling.every.step_ns < step.step_ns) {
    throw data_error(place(0) + ": resample every = \"" + resampling.every.text() + "\" is shorter than the step of the rows, " +
                     step.text() + "; write a longer one");
  }
  if (!panel_ && !file_rows_) {
    file_rows_.emplace(request.scratch).reserve(static_cast<std::size_t>(rows_));
    std::iota(file_rows_->data(), file_rows_->data() + rows_, std::int64_t{0});
  }
  std::int64_t kept = 0;
  const std::int64_t earliest = time().front();
  for (std::int64_t begin = 0, end = 0; begin < rows_; begin = end) {
    end = panel_ ? begin : rows_;
    while (end < rows_ && panel_->series_of(end) == panel_->series_of(begin)) ++end;
    kept = resample_series(request, begin, end, kept);
  }
  if (kept == 0) {
    throw data_error(request.files.front().string() + ": resample every = \"" + resampling.every.text() +
                     "\" leaves no whole bucket; write a shorter one");
  }
  if (Buckets(resampling, utc_ ? zone_ : nullptr, earliest).are_days() && utc_) utc_ = false, local_days_ = true;
  rows_ = kept;
}

/// The buckets of the rows [begin, end) of one series, written from row `to` on; the number of rows after them.
std::int64_t Table::resample_series(const TableRequest& request, std::int64_t begin, std::int64_t end, std::int64_t to) {
  const Resampling& resampling = *request.resampling;
  const std::span<const std::int64_t> times = time();
  const Buckets buckets(resampling, utc_ ? zone_ : nullptr, times[static_cast<std::size_t>(begin)]);
  const auto of_series = times.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  const Frequency step = infer_frequency(of_series);
  const std::int64_t row_length = step.step_ns > 0 ? step.step_ns : median_step(of_series);
  for (std::int64_t first = begin, last = begin; first < end; first = last) {
    const Buckets::Bucket bucket = buckets.at(times[static_cast<std::size_t>(first)]);
    const std::int64_t latest = resampling.closed_right ? bucket.end : bucket.end - 1;
    while (last < end && times[static_cast<std::size_t>(last)] <= latest) ++last;
    // A row stands for the time up to the next one, or from the one before where it ends its interval.
    const std::int64_t lead = resampling.closed_right ? row_length : 0;
    const bool late = first == begin && of_series.front() - lead >= bucket.begin + row_length;
    const bool early = last == end && of_series.back() - lead + row_length < bucket.end;
    if (late || early) continue;
    const double length = static_cast<double>(bucket.end - bucket.begin);
    const double least = step.step_ns > 0 ? resampling.min_share * length / static_cast<double>(step.step_ns) - 1e-9 : 1;
    for (std::size_t c = 0; c < columns_; ++c) row(to)[c] = summary_of(row(0) + c, columns_, first, last, resampling.how[c], least);
    if (panel_) {
      panel_->move(first, to);
    } else {
      file_rows_->data()[to] = file_rows_->data()[first];
    }
    time_.data()[to++] = bucket.label;
  }
  return to;
}

}  // namespace pipeline
