#pragma once

#include "pipeline/registry.h"

namespace pipeline::optimizer::torch_optimizers {

void add_adam(Registrar& registrar);
void add_adamw(Registrar& registrar);
void add_sgd(Registrar& registrar);
void add_rmsprop(Registrar& registrar);

}  // namespace pipeline::optimizer::torch_optimizers
