#include "combination.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace pipeline::stage::ensemble {

namespace {

double median(std::span<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 != 0) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

double joined(Method method, std::span<const double> weights, std::span<double> values) {
  if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) return std::nan("");
  if (method == Method::median) return median(values);
  return std::transform_reduce(values.begin(), values.end(), weights.begin(), 0.0);
}

}  // namespace pipeline::stage::ensemble
