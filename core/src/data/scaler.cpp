#include "data/scaler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/transform.h"

namespace pipeline {
namespace {

/// Transformed values of the training rows.
class TrainingRows {
 public:
  TrainingRows(CleanTable& data, std::span<const TableSegment> rows, const std::vector<ColumnTransform>& columns)
      : data_(data), rows_(rows) {
    for (const ColumnTransform& c : columns) transforms_.push_back(c.transform);
    for (const TableSegment& s : rows) count_ += s.count;
  }

  /// f(column, value) for every value, in the order of rows.
  template <class F>
  void for_each(F f) const {
    for_rows([&](const double* level, const double* previous) {
      for (std::size_t c = 0; c < transforms_.size(); ++c) f(c, apply(transforms_[c], level[c], previous[c]));
    });
  }

  [[nodiscard]] std::vector<double> column(std::size_t column) const {
    std::vector<double> out;
    out.reserve(static_cast<std::size_t>(count_));
    for_rows(
        [&](const double* level, const double* previous) { out.push_back(apply(transforms_[column], level[column], previous[column])); });
    return out;
  }

  [[nodiscard]] double count() const { return static_cast<double>(count_); }

 private:
  /// f(levels of a row, levels of the row before it); the latter are the same row's if no column is a difference.
  template <class F>
  void for_rows(F f) const {
    for (const TableSegment& s : rows_) {
      for (std::int64_t row = s.first; row < s.first + s.count; ++row) {
        const double* const level = data_.table.row(row);
        f(level, data_.lead > 0 ? level - transforms_.size() : level);
      }
    }
  }

  CleanTable& data_;
  std::span<const TableSegment> rows_;
  std::int64_t count_ = 0;
  std::vector<Transform> transforms_;
};

void fit_standard(const TrainingRows& rows, std::vector<ColumnTransform>& columns) {
  // Two passes: the mean first, so that squares of large levels do not hide small deviations.
  std::vector<double> sums(columns.size()), rest(columns.size()), squares(columns.size()), counts(columns.size());
  rows.for_each([&](std::size_t c, double value) {
    if (!std::isnan(value)) sums[c] += value, counts[c] += 1;
  });
  for (std::size_t c = 0; c < columns.size(); ++c) sums[c] /= counts[c];
  rows.for_each([&](std::size_t c, double value) {
    if (std::isnan(value)) return;
    const double deviation = value - sums[c];
    rest[c] += deviation;
    squares[c] += deviation * deviation;
  });
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const double error = rest[c] / counts[c];  // rounding error of the mean
    columns[c].center = sums[c] + error;
    columns[c].scale = std::sqrt(std::max(squares[c] / counts[c] - error * error, 0.0));
  }
}

void fit_minmax(const TrainingRows& rows, std::vector<ColumnTransform>& columns) {
  std::vector<double> low(columns.size(), std::numeric_limits<double>::infinity()), high(columns.size(), -low[0]);
  rows.for_each([&](std::size_t c, double value) { low[c] = std::min(low[c], value), high[c] = std::max(high[c], value); });
  for (std::size_t c = 0; c < columns.size(); ++c) {
    columns[c].center = low[c] > high[c] ? std::numeric_limits<double>::quiet_NaN() : low[c];
    columns[c].scale = high[c] - low[c];
  }
}

/// The value at share `q` of the sorted values, interpolated between two of them.
double percentile(std::vector<double>& values, double q) {
  const double at = q * static_cast<double>(values.size() - 1);
  const auto low = values.begin() + static_cast<std::ptrdiff_t>(std::floor(at));
  std::nth_element(values.begin(), low, values.end());
  if (low + 1 == values.end()) return *low;
  return *low + (*std::min_element(low + 1, values.end()) - *low) * (at - std::floor(at));
}

void fit_robust(const TrainingRows& rows, std::vector<ColumnTransform>& columns) {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::vector<double> values = rows.column(c);
    std::erase_if(values, [](double value) { return std::isnan(value); });
    if (values.empty()) {
      columns[c].center = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    columns[c].center = percentile(values, 0.5);
    const double lower = percentile(values, 0.25);
    columns[c].scale = percentile(values, 0.75) - lower;
  }
}

}  // namespace

std::vector<std::string> fit_scaler(Scaler scaler, CleanTable& data, std::span<const TableSegment> training_rows,
                                    std::vector<ColumnTransform>& columns) {
  for (ColumnTransform& c : columns) c.scaler = word_of(scaler), c.center = 0, c.scale = 1;
  const TrainingRows training(data, training_rows, columns);
  if (training.count() == 0) return {};
  switch (scaler) {
    case Scaler::none:
      return {};
    case Scaler::standard:
      fit_standard(training, columns);
      break;
    case Scaler::minmax:
      fit_minmax(training, columns);
      break;
    case Scaler::robust:
      fit_robust(training, columns);
      break;
  }
  std::vector<std::string> constant;
  for (ColumnTransform& c : columns) {
    // Rounding gives a constant column a deviation of about 1e-16 of its level.
    if (c.scale > 1e-14 * std::abs(c.center)) continue;
    c.scale = 1;
    constant.push_back(c.name);
  }
  return constant;
}

}  // namespace pipeline
