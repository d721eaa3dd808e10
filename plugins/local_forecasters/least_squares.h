#pragma once

#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace pipeline::local {

/// The weights of a few columns of numbers whose sum comes closest to `y`, by modified Gram-Schmidt. A column that the ones before it
/// determine has weight 0.
[[nodiscard]] inline std::vector<double> least_squares(std::vector<std::vector<double>> columns, std::span<const double> y) {
  const std::size_t count = columns.size();
  std::vector<std::vector<double>> shares(count, std::vector<double>(count));  // of column j in the direction of column i < j
  std::vector<double> rest(y.begin(), y.end()), weights(count);
  const auto dot = [](std::span<const double> a, std::span<const double> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  };
  for (std::size_t i = 0; i < count; ++i) {
    const double before = dot(columns[i], columns[i]);
    for (std::size_t j = 0; j < i; ++j) {
      const double length = dot(columns[j], columns[j]);
      if (length == 0) continue;
      shares[j][i] = dot(columns[j], columns[i]) / length;
      for (std::size_t t = 0; t < rest.size(); ++t) columns[i][t] -= shares[j][i] * columns[j][t];
    }
    const double length = dot(columns[i], columns[i]);
    if (length <= before * 1e-24) {
      columns[i].assign(rest.size(), 0);
      continue;
    }
    weights[i] = dot(columns[i], rest) / length;
    for (std::size_t t = 0; t < rest.size(); ++t) rest[t] -= weights[i] * columns[i][t];
  }
  for (std::size_t i = count; i-- > 0;)
    for (std::size_t j = i + 1; j < count; ++j) weights[i] -= shares[i][j] * weights[j];
  return weights;
}

}  // namespace pipeline::local
