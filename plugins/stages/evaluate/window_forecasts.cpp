#include "window_forecasts.h"

#include <algorithm>

namespace pipeline::stage::evaluate {

std::vector<std::int64_t> WindowForecasts::origins(Split split, std::span<const std::int64_t> indices) const {
  std::vector<std::int64_t> out;
  for (const std::int64_t index : indices) out.push_back(windows().origin(split, index));
  return out;
}

torch::Tensor WindowForecasts::series_of(std::span<const std::int64_t> origins) const {
  const Series* series = windows().series();
  if (!series || series->series_count() == 1) return {};
  torch::Tensor out = torch::empty({std::ssize(origins)}, torch::kInt64);
  std::ranges::transform(origins, out.mutable_data_ptr<std::int64_t>(), [&](std::int64_t row) { return series->series_of(row); });
  return out;
}

torch::Tensor on_scaled_series(const torch::Tensor& forecast, std::span<const std::int64_t> rows, const Series& series) {
  const std::vector<std::int64_t>& columns = series.info().target_columns;
  torch::Tensor out = torch::empty_like(forecast);
  const auto from = forecast.accessor<double, 3>();
  auto to = out.accessor<double, 3>();
  for (std::int64_t i = 0; i < forecast.size(0); ++i) {
    const std::int64_t row = rows[static_cast<std::size_t>(i)];
    for (std::int64_t t = 0; t < forecast.size(2); ++t) {
      const auto target = static_cast<std::size_t>(t);
      const ColumnTransform column = series.column(series.series_of(row), static_cast<std::size_t>(columns[target]));
      double previous = series.targets()[static_cast<std::size_t>(row) * columns.size() + target];
      for (std::int64_t h = 0; h < forecast.size(1); ++h) {
        to[i][h][t] = column.forward(from[i][h][t], previous);
        previous = from[i][h][t];
      }
    }
  }
  return out;
}

}  // namespace pipeline::stage::evaluate
