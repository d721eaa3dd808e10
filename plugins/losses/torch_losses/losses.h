#pragma once

#include "pipeline/registry.h"

namespace pipeline::loss::torch_losses {

void add_power_losses(Registrar& registrar);
void add_robust_losses(Registrar& registrar);
void add_quantile_losses(Registrar& registrar);
void add_located_losses(Registrar& registrar);
void add_count_losses(Registrar& registrar);

}  // namespace pipeline::loss::torch_losses
