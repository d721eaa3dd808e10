#pragma once

#include <utility>

#include "pipeline/options.h"
#include "pipeline/train/metric.h"

namespace pipeline::metrics::basic {

/// A metric without options. Its constructor takes the metric's facts.
class BasicMetric : public Metric {
 public:
  using Options = NoOptions;
  explicit BasicMetric(MetricInfo info) : info_(std::move(info)) {}
  [[nodiscard]] const MetricInfo& info() const final { return info_; }

 private:
  MetricInfo info_;
};

void add_mean_errors(Registrar& registrar);
void add_relative_errors(Registrar& registrar);
void add_r2(Registrar& registrar);
void add_scaled_errors(Registrar& registrar);
void add_quantile_errors(Registrar& registrar);
void add_interval_errors(Registrar& registrar);

/// All metrics of this library.
inline void add_basic_metrics(Registrar& registrar) {
  add_mean_errors(registrar);
  add_relative_errors(registrar);
  add_r2(registrar);
  add_scaled_errors(registrar);
  add_quantile_errors(registrar);
  add_interval_errors(registrar);
}

}  // namespace pipeline::metrics::basic
