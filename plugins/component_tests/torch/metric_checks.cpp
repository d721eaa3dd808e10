#include <array>
#include <cmath>

#include <torch/utils.h>

#include "pipeline/train/metric_set.h"
#include "pipeline/train/torch_settings.h"
#include "torch_tests.h"

namespace pipeline::component_tests {

namespace {

constexpr std::int64_t windows = 12, horizon = 3, targets = 2, series = 2;
constexpr std::array<double, 9> levels{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
constexpr std::array<double, 2> interval_levels{80, 95};

/// Measures the metric under test on windows of two series, with everything that a metric may need.
class Measured {
 public:
  explicit Measured(const ComponentTestContext& test) : metrics_{test.registry.make<Metric>(test.component.name, test.options)} {
    torch::manual_seed(5);
    const auto shape = std::vector<std::int64_t>{windows, horizon, targets};
    truth_ = torch::randn(shape, torch::kDouble);
    forecast_ = truth_ + 0.3 * torch::randn(shape, torch::kDouble);
    quantiles_ = forecast_.unsqueeze(3) + torch::linspace(-1, 1, levels.size(), torch::kDouble);
    const torch::Tensor reach = torch::tensor({{-0.4, 0.4}, {-0.6, 0.6}}, torch::kDouble);
    intervals_ = forecast_.unsqueeze(3).unsqueeze(4) + reach;
    weight_ = (torch::rand(shape) > 0.1).to(torch::kFloat);
    series_ = torch::arange(windows) % series;
  }

  /// Windows [first, end), in batches of the size `batch`.
  [[nodiscard]] MetricSet over(std::int64_t first, std::int64_t end, std::int64_t batch) const {
    MetricSet set(metrics_, {.series = series, .steps = horizon, .targets = targets});
    for (; first < end; first += batch) {
      const auto part = [&](const torch::Tensor& of) { return of.slice(0, first, std::min(first + batch, end)); };
      set.add({.forecast = part(forecast_),
               .truth = part(truth_),
               .weight = part(weight_),
               .levels = levels,
               .quantiles = part(quantiles_),
               .interval_levels = interval_levels,
               .intervals = part(intervals_),
               .series = part(series_),
               .scales = scales_});
    }
    return set;
  }

 private:
  Metrics metrics_;
  torch::Tensor truth_, forecast_, quantiles_, intervals_, weight_, series_;
  std::vector<SeriesScale> scales_{{1, 1}, {2, 4}, {0.5, 0.25}, {1, 2}};
};

bool same(std::optional<double> a, std::optional<double> b, double rounding) {
  if (!a || !b) return a.has_value() == b.has_value();
  return std::abs(*a - *b) <= rounding * std::max(1.0, std::abs(*a));
}

std::string check_value(const Measured& measured) {
  const auto value = measured.over(0, windows, windows).value(0);
  return !value || std::isfinite(*value) ? "" : "it is " + std::to_string(*value) + " for finite forecasts";
}

std::string check_batches(const Measured& measured) {
  const auto whole = measured.over(0, windows, windows).value(0);
  for (const std::int64_t batch : {1, 5}) {
    if (!same(whole, measured.over(0, windows, batch).value(0), 0))
      return "it hangs on how windows are put into batches: add values to the sums one by one, in the order of the batch";
  }
  return {};
}

std::string check_merge(const Measured& measured) {
  MetricSet merged = measured.over(0, 5, 5);
  merged.merge(measured.over(5, windows, 5));
  return same(merged.value(0), measured.over(0, windows, windows).value(0), 1e-9)
             ? ""
             : "two measurements put together give another number than one of all values: override merge() where sums are not added";
}

}  // namespace

std::vector<Check> MetricTest::run(const ComponentTestContext& context) {
  const TorchSettings settings({.threads = 1});  // tensors are tiny
  CheckList list;
  list.add("value", [&] { return check_value(Measured(context)); });
  list.add("same in any batches", [&] { return check_batches(Measured(context)); });
  list.add("merge", [&] { return check_merge(Measured(context)); });
  return list.take();
}

}  // namespace pipeline::component_tests
