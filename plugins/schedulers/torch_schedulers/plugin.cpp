#include "pipeline/plugin.h"

#include "schedulers.h"

PIPELINE_PLUGIN("torch_schedulers", "1.0.0", "Apache-2.0", "PyTorch's learning rate schedulers under its names.") {
  using namespace pipeline::scheduler::torch_schedulers;
  add_step_lr(registrar);
  add_multi_step_lr(registrar);
  add_exponential_lr(registrar);
  add_linear_lr(registrar);
  add_cosine_annealing_lr(registrar);
  add_cosine_annealing_warm_restarts(registrar);
  add_one_cycle_lr(registrar);
  add_reduce_lr_on_plateau(registrar);
}
