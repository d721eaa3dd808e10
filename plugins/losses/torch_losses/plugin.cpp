#include "pipeline/plugin.h"

#include "losses.h"

PIPELINE_PLUGIN("torch_losses", "1.2.0", "Apache-2.0", "LibTorch's losses under PyTorch's names, and a few beside them.") {
  using namespace pipeline::loss::torch_losses;
  add_power_losses(registrar);
  add_robust_losses(registrar);
  add_quantile_losses(registrar);
  add_located_losses(registrar);
  add_count_losses(registrar);
}
