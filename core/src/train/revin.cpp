#include "pipeline/train/revin.h"

#include <memory>

#include <ATen/Functions.h>

namespace pipeline {

namespace {

/// Keeps the deviation of a constant window, and a factor that training takes to zero, away from zero.
constexpr double guard = 1e-5;

}  // namespace

RevIN::RevIN(torch::nn::Module& owner, const std::string& name, std::int64_t columns, bool affine) {
  if (!affine) return;
  const auto module = owner.register_module(name, std::make_shared<torch::nn::Module>(name));
  weight_ = module->register_parameter("affine_weight", at::ones({columns}));
  bias_ = module->register_parameter("affine_bias", at::zeros({columns}));
}

RevIN::Window RevIN::window_of(const torch::Tensor& values) {
  auto [variance, mean] = at::var_mean(values, {1}, /*correction=*/0, /*keepdim=*/true);
  return {.mean = mean.detach(), .deviation = (variance + guard).sqrt().detach()};
}

torch::Tensor RevIN::normalise(const torch::Tensor& values, const Window& window) const {
  const torch::Tensor plain = (values - window.mean) / window.deviation;
  return weight_.defined() ? plain * weight_ + bias_ : plain;
}

torch::Tensor RevIN::undo(const torch::Tensor& values, const Window& window) const {
  const torch::Tensor plain = weight_.defined() ? (values - bias_) / (weight_ + guard * guard) : values;
  return plain * window.deviation + window.mean;
}

}  // namespace pipeline
