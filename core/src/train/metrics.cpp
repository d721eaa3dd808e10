#include "pipeline/train/metrics.h"

#include <cmath>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr double near_zero_truth = 1e-8;

/// Contiguous on the CPU as float32 or float64, without a copy where it is that already.
torch::Tensor plain(const torch::Tensor& tensor, torch::ScalarType type) {
  return tensor.detach().to(torch::TensorOptions().device(torch::kCPU).dtype(type)).contiguous();
}

}  // namespace

/// All sums are of doubles. The variance is taken of y minus the cell's first value: exact zero for a constant target, and no
/// cancellation where the level is large beside its spread.
void MetricAccumulator::Sums::merge(const Sums& other) {
  if (other.count == 0) return;
  if (count == 0) y_shift = other.y_shift;
  const double apart = other.y_shift - y_shift;  // y - y_shift = (y - other.y_shift) + apart
  y_squared += other.y_squared + 2 * apart * other.y_sum + other.count * apart * apart;
  y_sum += other.y_sum + other.count * apart;
  count += other.count;
  squared += other.squared;
  absolute += other.absolute;
  relative += other.relative;
  relative_count += other.relative_count;
  symmetric += other.symmetric;
}

MetricAccumulator::MetricAccumulator(std::int64_t horizon, std::int64_t targets)
    : horizon_(horizon), targets_(targets), sums_(static_cast<std::size_t>(horizon * targets)) {}

void MetricAccumulator::reset() { sums_.assign(sums_.size(), Sums{}); }

void MetricAccumulator::add(const torch::Tensor& values, const torch::Tensor& y, const torch::Tensor& weight) {
  if (y.dim() != 3 || y.size(1) != horizon_ || y.size(2) != targets_ || values.sizes() != y.sizes() ||
      (weight.defined() && weight.sizes() != y.sizes()))
    throw training_error("metrics take forecasts and truth of shape [B, " + std::to_string(horizon_) + ", " + std::to_string(targets_) +
                         "]");
  const torch::ScalarType type = y.scalar_type() == torch::kDouble ? torch::kDouble : torch::kFloat;
  const torch::Tensor forecast = plain(values, type), truth = plain(y, type);
  const torch::Tensor counted = weight.defined() ? plain(weight, torch::kFloat) : torch::Tensor();

  const auto accumulate = [&]<class Number>(const Number* predicted, const Number* actual) {
    const float* counts = counted.defined() ? counted.const_data_ptr<float>() : nullptr;
    const std::int64_t batch = truth.size(0);
    for (std::int64_t b = 0, i = 0; b < batch; ++b) {
      for (Sums& sums : sums_) {
        const std::int64_t at = i++;
        if (counts && counts[at] == 0) continue;
        const double target = static_cast<double>(actual[at]);
        const double error = static_cast<double>(predicted[at]) - target;
        const double size = std::abs(target), distance = std::abs(error);
        if (sums.count == 0) sums.y_shift = target;
        const double centred = target - sums.y_shift;
        sums.count += 1;
        sums.squared += error * error;
        sums.absolute += distance;
        sums.y_sum += centred;
        sums.y_squared += centred * centred;
        if (distance > 0) sums.symmetric += 2 * distance / (size + std::abs(target + error));
        if (size < near_zero_truth) continue;
        sums.relative += distance / size;
        sums.relative_count += 1;
      }
    }
  };
  if (type == torch::kDouble) {
    accumulate(forecast.const_data_ptr<double>(), truth.const_data_ptr<double>());
  } else {
    accumulate(forecast.const_data_ptr<float>(), truth.const_data_ptr<float>());
  }
}

MetricValues MetricAccumulator::finish(const Sums& sums) {
  MetricValues out;
  out.count = static_cast<std::int64_t>(sums.count);
  out.near_zero = static_cast<std::int64_t>(sums.count - sums.relative_count);
  if (sums.count == 0) return out;
  out.mse = sums.squared / sums.count;
  out.mae = sums.absolute / sums.count;
  out.rmse = std::sqrt(out.mse);
  out.smape = sums.symmetric / sums.count;
  if (sums.relative_count > 0) {
    out.mape = sums.relative / sums.relative_count;
    out.avg_abs_accuracy = 1 - *out.mape;
  }
  const double variation = sums.y_squared - sums.y_sum * sums.y_sum / sums.count;
  if (variation > 0) out.r2 = 1 - sums.squared / variation;
  return out;
}

MetricValues MetricAccumulator::over(std::int64_t first_step, std::int64_t steps) const {
  Sums everything;
  double r2 = 0, r2_targets = 0;
  for (std::int64_t t = 0; t < targets_; ++t) {
    const Sums one = target_sums(t, first_step, steps);
    everything.merge(one);
    if (const auto score = finish(one).r2) r2 += *score, r2_targets += 1;
  }
  MetricValues out = finish(everything);
  out.r2 = r2_targets > 0 ? std::optional(r2 / r2_targets) : std::nullopt;
  return out;
}

MetricAccumulator::Sums MetricAccumulator::target_sums(std::int64_t target, std::int64_t first_step, std::int64_t steps) const {
  Sums out;
  for (std::int64_t h = first_step; h < first_step + steps; ++h) out.merge(sums_[static_cast<std::size_t>(h * targets_ + target)]);
  return out;
}

MetricValues MetricAccumulator::all() const { return over(0, horizon_); }
MetricValues MetricAccumulator::step(std::int64_t index) const { return over(index, 1); }
MetricValues MetricAccumulator::target(std::int64_t index) const { return finish(target_sums(index, 0, horizon_)); }

}  // namespace pipeline
