#include "pipeline/plugin.h"

#include "optimizers.h"

PIPELINE_PLUGIN("torch_optimizers", "1.0.0", "Apache-2.0", "LibTorch's optimizers under PyTorch's names.") {
  using namespace pipeline::optimizer::torch_optimizers;
  add_adam(registrar);
  add_adamw(registrar);
  add_sgd(registrar);
  add_rmsprop(registrar);
}
