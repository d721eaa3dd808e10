#include "pipeline/train/metric.h"

#include <string_view>

namespace pipeline {

Metric::~Metric() = default;

void Metric::merge(std::span<double> sums, std::span<const double> others) const {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += others[i];
}

double Metric::left_out(std::span<const double>, double) const { return 0; }

std::string metric_key(const MetricInfo& info, const std::string& split) {
  constexpr std::string_view placeholder = "{split}";
  std::string key = info.key.empty() ? std::string(placeholder) + "_" + info.name : info.key;
  if (const auto at = key.find(placeholder); at != std::string::npos) key.replace(at, placeholder.size(), split);
  return key;
}

}  // namespace pipeline
