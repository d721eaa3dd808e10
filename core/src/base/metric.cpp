#include "pipeline/train/metric.h"

#include "base/metric_names.h"

namespace pipeline {

Metric::~Metric() = default;

void Metric::merge(std::span<double> sums, std::span<const double> others) const {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += others[i];
}

double Metric::left_out(std::span<const double>, double) const { return 0; }

std::string metric_key(const MetricInfo& info, const std::string& split) {
  return with_split(info.key.empty() ? std::string(split_placeholder) + "_" + info.name : info.key, split);
}

}  // namespace pipeline
