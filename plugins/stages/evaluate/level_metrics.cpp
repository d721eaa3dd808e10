#include "level_metrics.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace pipeline::stage::evaluate {

Metrics metrics_of_levels(const Registry& registry, std::span<const double> levels) {
  Metrics out = make_metrics(registry);
  for (const double level : levels) {
    for (const ComponentInfo* component : registry.list(Kind<Metric>::name)) {
      if (!component->schema.find("level")) continue;
      std::shared_ptr<const Metric> metric = registry.make<Metric>(component->name, Value::Map{{"level", level}});
      if (!metric->info().needs_intervals) continue;
      const auto same = std::ranges::find(out, metric->info().name, [](const auto& other) { return other->info().name; });
      if (same == out.end()) out.push_back(std::move(metric));
    }
  }
  std::ranges::stable_sort(out, {}, [](const auto& metric) { return metric->info().place; });
  return out;
}

}  // namespace pipeline::stage::evaluate
