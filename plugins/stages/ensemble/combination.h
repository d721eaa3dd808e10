#pragma once

#include <array>
#include <span>
#include <vector>

#include "pipeline/options.h"

namespace pipeline::stage::ensemble {

/// greedy: weights that are best on the windows that choose. mean, median: of all members alike.
enum class Method { greedy, mean, median };

/// Joins members' values of one cell; NaN where one has none. `values` [members] is reordered.
[[nodiscard]] double joined(Method method, std::span<const double> weights, std::span<double> values);

}  // namespace pipeline::stage::ensemble

template <>
struct pipeline::Words<pipeline::stage::ensemble::Method> {
  static constexpr std::array words{"greedy", "mean", "median"};
};
