#include "train/fit_epoch_loss.h"

namespace pipeline {

EpochLoss::EpochLoss(torch::Device device, const LossSums& before)
    : on_cpu_(device.is_cpu()), sum_(before.sum), last_value_(before.last), windows_(before.windows) {
  if (on_cpu_) return;
  const auto scalar = torch::TensorOptions().dtype(torch::kFloat64).device(device);
  device_sum_ = torch::full({}, before.sum, scalar);
  last_ = torch::full({}, before.last, scalar);
}

void EpochLoss::add(const torch::Tensor& loss, std::int64_t windows) {
  windows_ += windows;
  if (on_cpu_) {
    last_value_ = loss.item<double>();
    sum_ += last_value_ * static_cast<double>(windows);
  } else {
    last_ = loss;
    device_sum_.add_(loss, windows);
  }
}

double EpochLoss::last() const { return on_cpu_ ? last_value_ : last_.item<double>(); }

LossSums EpochLoss::sums() const { return {.sum = on_cpu_ ? sum_ : device_sum_.item<double>(), .last = last(), .windows = windows_}; }

double EpochLoss::mean() const { return sums().sum / static_cast<double>(windows_); }

}  // namespace pipeline
