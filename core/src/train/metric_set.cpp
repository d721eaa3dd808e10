#include "pipeline/train/metric_set.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/metric_names.h"
#include "pipeline/data/series.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

/// The tensor as contiguous doubles on the CPU, first rounded to `through`.
torch::Tensor doubles(const torch::Tensor& tensor, torch::ScalarType through) {
  return tensor.detach().to(torch::kCPU).to(through).to(torch::kDouble).contiguous();
}

std::string shape_text(const char* first, std::int64_t horizon, std::int64_t targets, const char* last = "") {
  return std::string("[") + first + ", " + std::to_string(horizon) + ", " + std::to_string(targets) + last + "]";
}

/// Whether metrics.json uses the name for something that is not a metric.
bool is_taken(std::string_view name) {
  return name == "loss" || name == "step" || name.starts_with(naive_prefix) || std::ranges::find(count_names, name) != count_names.end() ||
         std::ranges::find(measured_split_names, name) != std::ranges::end(measured_split_names);
}

/// Error (plugin) if files or logs could not tell the metric from another entry.
void check_names(const MetricInfo& info, const std::string& plugin, const Metrics& others) {
  const auto refuse = [&](const std::string& fault, const std::string& cure) {
    throw Error(ExitStatus::plugin, "the plugin " + plugin + " gives a metric \"" + info.name + "\"" + fault + ": " + cure);
  };
  const std::string key = metric_key(info, split_placeholder);
  for (const std::shared_ptr<const Metric>& other : others) {
    if (other->info().name == info.name) refuse(", which another gives already", "remove one of them");
    if (metric_key(other->info(), split_placeholder) == key)
      refuse(", whose key \"" + key + "\" metric \"" + other->info().name + "\" has already", "let MetricInfo::key differ");
  }
  if (key.find(split_placeholder) == std::string::npos) refuse(", whose key \"" + key + "\" is without " + split_placeholder, "add it");
  if (is_taken(info.name)) refuse(", a name that files use for something else", "choose another MetricInfo::name");
}

}  // namespace

Metrics make_metrics(const Registry& registry) {
  Metrics metrics;
  for (const ComponentInfo* component : registry.list(Kind<Metric>::name)) {
    std::shared_ptr<const Metric> metric = registry.make<Metric>(component->name, Value::Map{});
    check_names(metric->info(), component->plugin, metrics);
    metrics.push_back(std::move(metric));
  }
  std::ranges::stable_sort(metrics, {}, [](const auto& metric) { return metric->info().place; });
  return metrics;
}

std::optional<bool> larger_is_better(const Metrics& metrics, const std::string& monitor) {
  for (const std::shared_ptr<const Metric>& metric : metrics) {
    if (metric_key(metric->info(), "val") == monitor) return metric->info().larger_is_better;
  }
  if (std::ranges::find(loss_names, monitor) != loss_names.end()) return false;
  if (std::ranges::find(counter_names, monitor) != counter_names.end()) return true;
  return std::nullopt;
}

Metrics metrics_in(const Metrics& metrics, MetricUnits units) {
  Metrics found;
  std::ranges::copy_if(metrics, std::back_inserter(found), [&](const auto& metric) { return metric->info().units == units; });
  return found;
}

/// The merged sums of several groups.
struct MetricSet::Pool {
  double counted = 0;
  std::vector<double> sums;

  void take(const Metric& metric, double others_counted, std::span<const double> others) {
    if (others_counted == 0) return;
    if (counted == 0) {
      sums.assign(others.begin(), others.end());
    } else {
      metric.merge(sums, others);
    }
    counted += others_counted;
  }
};

MetricSet::MetricSet(Metrics metrics, const MetricGroups& groups)
    : metrics_(std::move(metrics)), groups_(groups), counts_(static_cast<std::size_t>(groups.count())) {
  for (const std::shared_ptr<const Metric>& metric : metrics_) {
    const MetricInfo& info = metric->info();
    const auto alike = std::ranges::find_if(counted_, [&](const Counted& other) {
      return !info.counts_as.empty() && other.by->info().counts_as == info.counts_as && other.by->info().sums == info.sums;
    });
    uses_.push_back(static_cast<std::size_t>(alike - counted_.begin()));
    if (alike == counted_.end())
      counted_.push_back({.by = metric, .sums = std::vector<double>(counts_.size() * static_cast<std::size_t>(info.sums))});
  }
}

void MetricSet::reset() {
  std::ranges::fill(counts_, 0);
  for (Counted& counted : counted_) {
    std::ranges::fill(counted.sums, 0);
    counted.lacked_something = false;
  }
}

void MetricSet::add(const MetricTensors& tensors) {
  const torch::Tensor &y = tensors.truth, &values = tensors.forecast, &weight = tensors.weight, &quantiles = tensors.quantiles;
  if (y.dim() != 3 || (groups_.steps != 1 && y.size(1) != groups_.steps) || y.size(2) != groups_.targets || values.sizes() != y.sizes() ||
      (weight.defined() && weight.sizes() != y.sizes()))
    throw training_error("metrics take forecasts and truth of shape " + shape_text("B", groups_.steps, groups_.targets));
  const auto levels = static_cast<std::int64_t>(tensors.levels.size());
  if (quantiles.defined() && (quantiles.dim() != 4 || quantiles.sizes().slice(0, 3) != y.sizes() || quantiles.size(3) != levels))
    throw training_error("metrics take quantiles of shape " + shape_text("B", y.size(1), y.size(2), ", levels"));
  const torch::ScalarType type = y.scalar_type() == torch::kDouble ? torch::kDouble : torch::kFloat;
  const torch::Tensor forecast = doubles(values, type), truth = doubles(y, type);
  const torch::Tensor counts = weight.defined() ? doubles(weight, torch::kFloat) : torch::Tensor();
  const torch::Tensor at_levels = quantiles.defined() ? doubles(quantiles, type) : torch::Tensor();
  const torch::Tensor series = tensors.series.defined() ? tensors.series.to(torch::kCPU, torch::kLong).contiguous() : torch::Tensor();
  add(MetricBatch{.windows = y.size(0),
                  .horizon = y.size(1),
                  .targets = y.size(2),
                  .forecast = forecast.const_data_ptr<double>(),
                  .truth = truth.const_data_ptr<double>(),
                  .weight = counts.defined() ? counts.const_data_ptr<double>() : nullptr,
                  .levels = at_levels.defined() ? tensors.levels : std::span<const double>(),
                  .quantiles = at_levels.defined() ? at_levels.const_data_ptr<double>() : nullptr,
                  .series = series.defined() ? series.const_data_ptr<std::int64_t>() : nullptr,
                  .scales = tensors.scales});
}

void MetricSet::add(const MetricBatch& batch) {
  if (batch.windows == 0) return;
  if ((groups_.steps != 1 && batch.horizon != groups_.steps) || batch.targets != groups_.targets)
    throw training_error("metrics take forecasts and truth of shape " + shape_text("B", groups_.steps, groups_.targets));
  if (batch.scales.size() % static_cast<std::size_t>(batch.targets) != 0)
    throw training_error("metrics take one scale for each series and target, and were given " + std::to_string(batch.scales.size()));
  const std::int64_t known = batch.scales.empty() ? groups_.series : static_cast<std::int64_t>(batch.scales.size()) / batch.targets;
  for (std::int64_t b = 0; batch.series && b < batch.windows; ++b) {
    const std::int64_t of = batch.series[b];
    if (of < 0 || (groups_.series != 1 && of >= groups_.series) || (!batch.scales.empty() && of >= known))
      throw training_error("metrics know " + std::to_string(known) + " series, and were given a window of series " + std::to_string(of));
  }
  for_each_value(batch, MetricSums(counts_.data(), 1, groups_), [](double* count, const MetricValue&) { *count += 1; });
  for (Counted& counted : counted_) {
    const MetricInfo& info = counted.by->info();
    if ((info.needs_quantiles && batch.levels.empty()) || (info.needs_scale && batch.scales.empty())) {
      counted.lacked_something = true;
    } else {
      counted.by->count(batch, MetricSums(counted.sums.data(), info.sums, groups_));
    }
  }
}

void MetricSet::merge(const MetricSet& other) {
  const auto same = [](const Counted& a, const Counted& b) {
    return a.by->info().name == b.by->info().name && a.sums.size() == b.sums.size();
  };
  if (counts_.size() != other.counts_.size() || !std::ranges::equal(counted_, other.counted_, same))
    throw training_error("metrics of one set cannot be put to those of another: metrics or groups differ");
  for (std::size_t c = 0; c < counted_.size(); ++c) {
    Counted& counted = counted_[c];
    const auto width = static_cast<std::size_t>(counted.by->info().sums);
    for (std::size_t group = 0; group < counts_.size(); ++group) {
      const std::span sums(counted.sums.data() + group * width, width);
      const std::span others(other.counted_[c].sums.data() + group * width, width);
      if (other.counts_[group] == 0) continue;
      if (counts_[group] == 0) {
        std::ranges::copy(others, sums.begin());
      } else {
        counted.by->merge(sums, others);
      }
    }
    counted.lacked_something = counted.lacked_something || other.counted_[c].lacked_something;
  }
  for (std::size_t group = 0; group < counts_.size(); ++group) counts_[group] += other.counts_[group];
}

std::vector<double> MetricSet::sums() const {
  std::vector<double> all = counts_;
  for (const Counted& counted : counted_) {
    all.insert(all.end(), counted.sums.begin(), counted.sums.end());
    all.push_back(counted.lacked_something ? 1 : 0);
  }
  return all;
}

void MetricSet::merge(std::span<const double> sums) {
  MetricSet other = *this;
  std::size_t expected = counts_.size();
  for (const Counted& counted : counted_) expected += counted.sums.size() + 1;
  if (sums.size() != expected) throw training_error("metrics of one set cannot be put to those of another: metrics or groups differ");
  const auto take = [&](std::vector<double>& into) {
    std::ranges::copy(sums.first(into.size()), into.begin());
    sums = sums.subspan(into.size());
  };
  take(other.counts_);
  for (Counted& counted : other.counted_) {
    take(counted.sums);
    counted.lacked_something = sums.front() != 0;
    sums = sums.subspan(1);
  }
  merge(other);
}

std::optional<std::size_t> MetricSet::find(std::string_view metric) const {
  const auto found = std::ranges::find_if(metrics_, [&](const auto& one) { return one->info().name == metric; });
  return found == metrics_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - metrics_.begin()));
}

MetricSet::Ranges MetricSet::ranges(const MetricGroup& of) const {
  const auto range = [](std::optional<std::int64_t> one, std::int64_t all) { return one ? Range{*one, *one + 1} : Range{0, all}; };
  return {range(of.series, groups_.series), range(of.step, groups_.steps), range(of.target, groups_.targets)};
}

MetricSet::Pool MetricSet::pool(const Counted& counted, const Ranges& of) const {
  const Metric& metric = *counted.by;
  const auto width = static_cast<std::size_t>(metric.info().sums);
  Pool all;
  for (std::int64_t t = of.targets.first; t < of.targets.end; ++t) {
    Pool target;
    for (std::int64_t s = of.series.first; s < of.series.end; ++s) {
      for (std::int64_t h = of.steps.first; h < of.steps.end; ++h) {
        const auto group = static_cast<std::size_t>(groups_.index(s, h, t));
        target.take(metric, counts_[group], {counted.sums.data() + group * width, width});
      }
    }
    all.take(metric, target.counted, target.sums);
  }
  return all;
}

std::optional<double> MetricSet::value(std::string_view metric, const MetricGroup& of) const {
  const auto index = find(metric);
  return index ? value(*index, of) : std::nullopt;
}

std::optional<double> MetricSet::value(std::size_t metric, const MetricGroup& of) const {
  const Metric& of_metric = *metrics_[metric];
  const MetricInfo& info = of_metric.info();
  const Counted& counted = counted_[uses_[metric]];
  if (counted.lacked_something) return std::nullopt;
  const Ranges whole = ranges(of);
  const auto finish = [&](const Ranges& part) -> std::optional<double> {
    const Pool all = pool(counted, part);
    return all.counted > 0 ? of_metric.finish(all.sums, all.counted) : std::nullopt;
  };
  if (!info.mean_over_series && !info.mean_over_targets) return finish(whole);
  const auto parts = [](const Range& range, bool apart) {
    std::vector<Range> out;
    for (std::int64_t i = range.first; apart && i < range.end; ++i) out.push_back({i, i + 1});
    return apart ? out : std::vector{range};
  };
  double sum = 0, parts_with_value = 0;
  for (const Range& series : parts(whole.series, info.mean_over_series)) {
    for (const Range& targets : parts(whole.targets, info.mean_over_targets)) {
      if (const auto value = finish({series, whole.steps, targets})) sum += *value, parts_with_value += 1;
    }
  }
  return parts_with_value > 0 ? std::optional(sum / parts_with_value) : std::nullopt;
}

std::int64_t MetricSet::count(const MetricGroup& of) const {
  const Ranges all = ranges(of);
  double counted = 0;
  for (std::int64_t s = all.series.first; s < all.series.end; ++s) {
    for (std::int64_t h = all.steps.first; h < all.steps.end; ++h) {
      for (std::int64_t t = all.targets.first; t < all.targets.end; ++t)
        counted += counts_[static_cast<std::size_t>(groups_.index(s, h, t))];
    }
  }
  return static_cast<std::int64_t>(counted);
}

std::int64_t MetricSet::left_out(std::string_view metric, const MetricGroup& of) const {
  const auto index = find(metric);
  if (!index) return 0;
  const Pool all = pool(counted_[uses_[*index]], ranges(of));
  return all.counted > 0 ? static_cast<std::int64_t>(metrics_[*index]->left_out(all.sums, all.counted)) : 0;
}

}  // namespace pipeline
