#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <torch/nn/modules/linear.h>

#include "pipeline/torch/model.h"

namespace pipeline::model::linear {

/// A linear layer from a target's window to its horizon: one for all targets, or one for each.
class WindowLayer {
 public:
  struct Form {
    bool individual = false;  ///< a layer for each target
    bool bias = true;
  };
  /// Registers the layer in `owner` under `name`; with `individual` as name.0, name.1, ..., as a ModuleList does.
  WindowLayer(torch::nn::Module& owner, const std::string& name, const ModelShape& shape, Form form);

  /// past [B, T, W] to [B, T, H]
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& past) const;
  /// The number of layers: 1, or one for each target.
  [[nodiscard]] std::int64_t layers() const { return static_cast<std::int64_t>(layers_.size()); }
  /// Sets all weights to one value, as the authors of DLinear do before training.
  void fill_weights(double value) const;
  /// weights [layers, H, W]; bias [layers, H], undefined without a bias.
  void set(const torch::Tensor& weights, const torch::Tensor& bias) const;

 private:
  std::vector<std::shared_ptr<torch::nn::LinearImpl>> layers_;
};

}  // namespace pipeline::model::linear
