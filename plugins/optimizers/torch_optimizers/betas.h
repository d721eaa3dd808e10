#pragma once

#include <tuple>
#include <vector>

namespace pipeline::optimizer::torch_optimizers {

/// Two numbers in [0, 1); Error (usage) that names `optimizer` otherwise.
[[nodiscard]] std::tuple<double, double> checked_betas(const char* optimizer, const std::vector<double>& betas);

}  // namespace pipeline::optimizer::torch_optimizers
