#pragma once

#include <utility>

#include "basic/basic_metrics.h"
#include "pipeline/train/metric_set.h"

namespace pipeline::test {

/// The metrics of plugins/metrics/basic, as in a program with that plugin alone.
inline Metrics basic_metrics() {
  Registrar registrar;
  metrics::basic::add_basic_metrics(registrar);
  Registry registry;
  registry.commit(std::move(registrar.entries()));
  return make_metrics(registry);
}

}  // namespace pipeline::test
