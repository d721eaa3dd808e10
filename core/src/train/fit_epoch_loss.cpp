#include "train/fit_epoch_loss.h"

namespace pipeline {

EpochLoss::EpochLoss(torch::Device device) : on_cpu_(device.is_cpu()) {
  if (!on_cpu_) device_sum_ = torch::zeros({}, torch::TensorOptions().dtype(torch::kFloat64).device(device));
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

double EpochLoss::mean() const { return (on_cpu_ ? sum_ : device_sum_.item<double>()) / static_cast<double>(windows_); }

}  // namespace pipeline
