#include "adam_family.h"

#include <algorithm>
#include <string>

#include "pipeline/errors.h"

namespace pipeline::optimizer::torch_optimizers {

std::tuple<double, double> checked_betas(const char* optimizer, const std::vector<double>& betas) {
  const bool in_range = std::ranges::all_of(betas, [](double beta) { return beta >= 0 && beta < 1; });
  if (betas.size() != 2 || !in_range)
    throw usage_error(std::string(optimizer) + ": betas must be two numbers in [0, 1), e.g. betas = [0.9, 0.999]");
  return {betas[0], betas[1]};
}

}  // namespace pipeline::optimizer::torch_optimizers
