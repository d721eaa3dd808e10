#pragma once

#include <torch/optim/optimizer.h>

namespace pipeline::scheduler::torch_schedulers {

/// The value that OneCycleLR moves against the rate: the first beta of Adam and AdamW, the momentum of SGD and RMSprop.
enum class Momentum { none, momentum, first_beta };

[[nodiscard]] Momentum momentum_kind(const torch::optim::OptimizerOptions& options);
/// Does nothing for an optimizer without momentum.
void set_momentum(torch::optim::OptimizerOptions& options, double momentum);

}  // namespace pipeline::scheduler::torch_schedulers
