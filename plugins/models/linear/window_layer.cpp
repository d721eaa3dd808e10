#include "window_layer.h"

#include <ATen/Functions.h>
#include <torch/utils.h>

namespace pipeline::model::linear {

WindowLayer::WindowLayer(torch::nn::Module& owner, const std::string& name, const ModelShape& shape, Form form) {
  const auto make = [&] {
    return std::make_shared<torch::nn::LinearImpl>(torch::nn::LinearOptions(shape.window, shape.horizon).bias(form.bias));
  };
  if (!form.individual) {
    layers_.push_back(owner.register_module(name, make()));
    return;
  }
  const auto list = owner.register_module(name, std::make_shared<torch::nn::Module>(name));
  for (std::int64_t t = 0; t < shape.targets; ++t) layers_.push_back(list->register_module(std::to_string(t), make()));
}

torch::Tensor WindowLayer::operator()(const torch::Tensor& past) const {
  if (layers_.size() == 1) return layers_.front()->forward(past);
  std::vector<torch::Tensor> forecasts;
  for (std::size_t t = 0; t < layers_.size(); ++t) forecasts.push_back(layers_[t]->forward(past.select(1, static_cast<std::int64_t>(t))));
  return at::stack(forecasts, 1);
}

void WindowLayer::fill_weights(double value) const {
  const torch::NoGradGuard no_graph;
  for (const auto& layer : layers_) layer->weight.fill_(value);
}

void WindowLayer::set(const torch::Tensor& weights, const torch::Tensor& bias) const {
  const torch::NoGradGuard no_graph;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const auto layer = static_cast<std::int64_t>(i);
    layers_[i]->weight.copy_(weights[layer]);
    if (bias.defined()) layers_[i]->bias.copy_(bias[layer]);
  }
}

}  // namespace pipeline::model::linear
