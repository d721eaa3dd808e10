#include <algorithm>
#include <cmath>
#include <limits>

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
  const Buckets buckets(resampling, utc_ ? zone_ : nullptr, time().front());
  const std::span<const std::int64_t> times = time();
  const Frequency step = infer_frequency(times);
  const std::int64_t row_length = step.step_ns > 0 ? step.step_ns : median_step(times);
  if (step.step_ns > 0 && resampling.every.step_ns > 0 && resampling.every.step_ns < step.step_ns) {
    throw data_error(place(0) + ": resample every = \"" + resampling.every.text() + "\" is shorter than the step of the rows, " +
                     step.text() + "; write a longer one");
  }
  const bool moved = file_rows_.has_value();
  if (!moved) file_rows_.emplace(request.scratch).reserve(static_cast<std::size_t>(rows_));
  std::int64_t kept = 0;
  for (std::int64_t first = 0, last = 0; first < rows_; first = last) {
    const Buckets::Bucket bucket = buckets.at(times[static_cast<std::size_t>(first)]);
    const std::int64_t latest = resampling.closed_right ? bucket.end : bucket.end - 1;
    while (last < rows_ && times[static_cast<std::size_t>(last)] <= latest) ++last;
    // A row stands for the time up to the next one, or from the one before where it ends its interval.
    const std::int64_t lead = resampling.closed_right ? row_length : 0;
    const bool late = first == 0 && times[0] - lead >= bucket.begin + row_length;
    const bool early = last == rows_ && times[static_cast<std::size_t>(rows_) - 1] - lead + row_length < bucket.end;
    if (late || early) continue;
    const double least =
        step.step_ns > 0 ? resampling.min_share * static_cast<double>(bucket.end - bucket.begin) / static_cast<double>(step.step_ns) - 1e-9
                         : 1;
    const std::int64_t file_row = moved ? file_rows_->data()[first] : first;
    for (std::size_t c = 0; c < columns_; ++c) row(kept)[c] = summary_of(row(0) + c, columns_, first, last, resampling.how[c], least);
    time_.data()[kept] = bucket.label;
    file_rows_->data()[kept++] = file_row;
  }
  if (kept == 0)
    throw data_error(request.file.string() + ": resample every = \"" + resampling.every.text() +
                     "\" leaves no whole bucket; write a shorter one");
  if (buckets.are_days() && utc_) utc_ = false, local_days_ = true;
  rows_ = kept;
}

}  // namespace pipeline
