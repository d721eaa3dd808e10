#pragma once

#include "pipeline/registry.h"

namespace pipeline::scheduler::torch_schedulers {

void add_step_lr(Registrar& registrar);
void add_multi_step_lr(Registrar& registrar);
void add_exponential_lr(Registrar& registrar);
void add_linear_lr(Registrar& registrar);
void add_cosine_annealing_lr(Registrar& registrar);
void add_cosine_annealing_warm_restarts(Registrar& registrar);
void add_one_cycle_lr(Registrar& registrar);
void add_reduce_lr_on_plateau(Registrar& registrar);

}  // namespace pipeline::scheduler::torch_schedulers
