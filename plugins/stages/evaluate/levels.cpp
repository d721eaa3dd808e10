#include "levels.h"

namespace pipeline::stage::evaluate {

Levels::Levels(const Series& series, std::int64_t horizon) : series_(series), horizon_(horizon) {
  const SeriesInfo& info = series.info();
  for (const std::int64_t column : info.target_columns) targets_.push_back(info.columns[static_cast<std::size_t>(column)]);
}

LevelBatch Levels::at(std::span<const std::int64_t> origins, const torch::Tensor& scaled) const {
  const auto count = static_cast<std::int64_t>(targets_.size());
  const std::vector<std::int64_t> shape{static_cast<std::int64_t>(origins.size()), horizon_, count};
  const torch::Tensor given = scaled.to(torch::kDouble).contiguous();
  LevelBatch out{.forecast = torch::empty(shape, torch::kDouble),
                 .truth = torch::empty(shape, torch::kDouble),
                 .naive = torch::empty(shape, torch::kDouble),
                 .naive_scaled = torch::empty(shape, torch::kDouble)};
  const double* from = given.const_data_ptr<double>();
  double* forecast = out.forecast.mutable_data_ptr<double>();
  double* truth = out.truth.mutable_data_ptr<double>();
  double* naive = out.naive.mutable_data_ptr<double>();
  double* naive_scaled = out.naive_scaled.mutable_data_ptr<double>();

  const std::span<const double> known = series_.targets();  // [rows, T]
  for (std::size_t b = 0; b < origins.size(); ++b) {
    for (std::int64_t t = 0; t < count; ++t) {
      const ColumnTransform& column = targets_[static_cast<std::size_t>(t)];
      const double last = known[static_cast<std::size_t>(origins[b] * count + t)];
      const double repeated = column.forward(last, last);
      double level = last;
      for (std::int64_t h = 0; h < horizon_; ++h) {
        const auto i = static_cast<std::int64_t>(b) * horizon_ * count + h * count + t;
        level = column.inverse(from[i], level);
        forecast[i] = level;
        truth[i] = known[static_cast<std::size_t>((origins[b] + 1 + h) * count + t)];
        naive[i] = last;
        naive_scaled[i] = repeated;
      }
    }
  }
  return out;
}

}  // namespace pipeline::stage::evaluate
