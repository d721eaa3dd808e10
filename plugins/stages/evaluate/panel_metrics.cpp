#include "panel_metrics.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pipeline::stage::evaluate {

namespace {

Metrics means_over_series(const Metrics& metrics) {
  Metrics out;
  std::ranges::copy_if(metrics, std::back_inserter(out), [](const auto& metric) { return metric->info().mean_over_series; });
  return out;
}

}  // namespace

PanelMetrics::PanelMetrics(Metrics metrics, const MetricGroups& steps_and_targets, std::int64_t series, bool by_series)
    : all_(metrics, {.steps = steps_and_targets.steps, .targets = steps_and_targets.targets}) {
  if (series == 1) return;
  each_.emplace(by_series ? std::move(metrics) : means_over_series(metrics),
                MetricGroups{.series = series, .steps = 1, .targets = steps_and_targets.targets});
}

void PanelMetrics::add(const MetricTensors& tensors) {
  all_.add(tensors);
  if (each_) each_->add(tensors);
}

std::optional<double> PanelMetrics::value(std::string_view metric, const MetricGroup& of) const {
  const auto found = std::ranges::find_if(metrics(), [&](const auto& one) { return one->info().name == metric; });
  return found == metrics().end() ? std::nullopt : value(static_cast<std::size_t>(found - metrics().begin()), of);
}

std::optional<double> PanelMetrics::value(std::size_t metric, const MetricGroup& of) const {
  const MetricInfo& info = metrics()[metric]->info();
  const bool from_each = each_ && (info.mean_over_series || of.series);
  if (!from_each) return all_.value(metric, of);
  return of.step ? std::nullopt : each_->value(info.name, of);
}

std::int64_t PanelMetrics::count(const MetricGroup& of) const { return each_ && of.series ? each_->count(of) : all_.count(of); }

}  // namespace pipeline::stage::evaluate
