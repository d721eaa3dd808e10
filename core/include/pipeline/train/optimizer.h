#pragma once

#include <memory>
#include <vector>

#include <torch/optim/optimizer.h>

#include "pipeline/registry.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// Optimizers are torch's; the registry knows them by PyTorch's names ("Adam").
template <>
struct Kind<torch::optim::Optimizer> {
  static constexpr const char* name = "optimizer";
  using Factory = std::unique_ptr<torch::optim::Optimizer>(const Value& options, std::vector<torch::Tensor> parameters);
};

}  // namespace pipeline
