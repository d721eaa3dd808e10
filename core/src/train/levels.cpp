#include "pipeline/train/levels.h"

#include <limits>
#include <sstream>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// The level of a scaled forecast after `before`; `last` is the level at the origin. A float32 stands for all levels that it cannot tell
/// apart. If the level before, the last one or 0 is among them, that one is meant: a forecast that repeats a value repeats it exactly, and
/// ratios of zeros stay defined.
double level_of(const ColumnTransform& column, double scaled, double before, double last) {
  const auto is = [&](double level) { return static_cast<float>(column.forward(level, before)) == static_cast<float>(scaled); };
  for (const double level : {before, last, 0.0}) {
    if (is(level)) return level;
  }
  return column.inverse(scaled, before);
}

}  // namespace

Levels::Levels(const SeriesInfo& info, std::span<const double> known, std::int64_t horizon, PanelView panel)
    : known_(known), horizon_(horizon), panel_(panel), columns_(info.columns.size()), target_columns_(info.target_columns) {
  for (const std::int64_t column : info.target_columns) targets_.push_back(info.columns[static_cast<std::size_t>(column)]);
}

std::int64_t Levels::rows_after(std::int64_t row) const {
  const auto rows = static_cast<std::int64_t>(known_.size() / targets_.size());
  return (panel_.start.empty() ? rows : panel_.start[static_cast<std::size_t>(panel_.series_of(row)) + 1]) - row - 1;
}

double Levels::known(std::int64_t row, std::size_t target) const {
  return known_[static_cast<std::size_t>(row) * targets_.size() + target];
}

ColumnTransform Levels::scaled_at(std::int64_t row, std::size_t target) const {
  if (panel_.scale.empty()) return targets_[target];
  return panel_.scaled_in(panel_.series_of(row), targets_[target], static_cast<std::size_t>(target_columns_[target]), columns_);
}

torch::Tensor Levels::empty(std::size_t batch) const {
  return torch::empty({static_cast<std::int64_t>(batch), horizon_, static_cast<std::int64_t>(targets_.size())}, torch::kDouble);
}

torch::Tensor Levels::forecast(std::span<const std::int64_t> origins, const torch::Tensor& scaled) const {
  torch::Tensor out = empty(origins.size());
  if (scaled.sizes() != out.sizes()) {
    std::ostringstream shapes;
    shapes << "a forecast of shape " << scaled.sizes() << " where " << out.sizes() << " is needed: [origins, horizon, targets]";
    throw training_error(shapes.str());
  }
  const torch::Tensor given = scaled.to(torch::kCPU, torch::kDouble).contiguous();
  const auto from = given.accessor<double, 3>();
  auto to = out.accessor<double, 3>();
  for (std::size_t b = 0; b < origins.size(); ++b) {
    const auto i = static_cast<std::int64_t>(b);
    for (std::size_t target = 0; target < targets_.size(); ++target) {
      const auto t = static_cast<std::int64_t>(target);
      const ColumnTransform column = scaled_at(origins[b], target);
      const double last = known(origins[b], target);
      double level = last;
      for (std::int64_t h = 0; h < horizon_; ++h) to[i][h][t] = level = level_of(column, from[i][h][t], level, last);
    }
  }
  return out;
}

torch::Tensor Levels::quantiles(std::span<const std::int64_t> origins, const torch::Tensor& scaled) const {
  std::vector<torch::Tensor> each;
  for (const torch::Tensor& quantile : scaled.unbind(3)) each.push_back(forecast(origins, quantile));
  return torch::stack(each, 3);
}

LevelBatch Levels::at(std::span<const std::int64_t> origins, const torch::Tensor& scaled) const {
  LevelBatch out{.forecast = forecast(origins, scaled),
                 .truth = empty(origins.size()),
                 .naive = empty(origins.size()),
                 .naive_scaled = empty(origins.size())};
  auto truth = out.truth.accessor<double, 3>(), naive = out.naive.accessor<double, 3>(),
       naive_scaled = out.naive_scaled.accessor<double, 3>();
  for (std::size_t b = 0; b < origins.size(); ++b) {
    const auto i = static_cast<std::int64_t>(b);
    const std::int64_t rows = rows_after(origins[b]);
    for (std::size_t target = 0; target < targets_.size(); ++target) {
      const auto t = static_cast<std::int64_t>(target);
      const double last = known(origins[b], target), repeated = scaled_at(origins[b], target).forward(last, last);
      for (std::int64_t h = 0; h < horizon_; ++h) {
        truth[i][h][t] = h < rows ? known(origins[b] + 1 + h, target) : unknown;
        naive[i][h][t] = last;
        naive_scaled[i][h][t] = repeated;
      }
    }
  }
  return out;
}

}  // namespace pipeline
