#include "momentum.h"

#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

namespace pipeline::scheduler::torch_schedulers {

Momentum momentum_kind(const torch::optim::OptimizerOptions& options) {
  const auto* given = &options;
  if (dynamic_cast<const torch::optim::AdamOptions*>(given) || dynamic_cast<const torch::optim::AdamWOptions*>(given)) {
    return Momentum::first_beta;
  }
  const bool has_momentum =
      dynamic_cast<const torch::optim::SGDOptions*>(given) || dynamic_cast<const torch::optim::RMSpropOptions*>(given);
  return has_momentum ? Momentum::momentum : Momentum::none;
}

void set_momentum(torch::optim::OptimizerOptions& options, double momentum) {
  if (auto* adam = dynamic_cast<torch::optim::AdamOptions*>(&options)) {
    std::get<0>(adam->betas()) = momentum;
  } else if (auto* adamw = dynamic_cast<torch::optim::AdamWOptions*>(&options)) {
    std::get<0>(adamw->betas()) = momentum;
  } else if (auto* sgd = dynamic_cast<torch::optim::SGDOptions*>(&options)) {
    sgd->momentum() = momentum;
  } else if (auto* rmsprop = dynamic_cast<torch::optim::RMSpropOptions*>(&options)) {
    rmsprop->momentum() = momentum;
  }
}

}  // namespace pipeline::scheduler::torch_schedulers
