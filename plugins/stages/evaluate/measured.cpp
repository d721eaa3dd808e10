#include "measured.h"

#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "pipeline/data/format.h"

namespace pipeline::stage::evaluate {

namespace {

using Numbers = SplitErrors::Numbers;

constexpr const char* calibration = "calibration";

/// The metrics of a set by name; NaN: undefined.
Numbers numbers_of(const PanelMetrics& set, const MetricGroup& of) {
  Numbers out;
  for (std::size_t i = 0; i < set.metrics().size(); ++i)
    out[set.metrics()[i]->info().name] = set.value(i, of).value_or(std::numeric_limits<double>::quiet_NaN());
  return out;
}

/// Adds the metrics that are measured in original units only.
void add_original(const Score& score, Numbers& out) {
  for (std::size_t i = 0; i < score.original.metrics().size(); ++i) {
    if (const MetricInfo& info = score.original.metrics()[i]->info(); info.units == MetricUnits::original)
      out[info.name] = score.original.value(i).value_or(std::numeric_limits<double>::quiet_NaN());
  }
}

/// The mean distance of the shares of truths below quantiles from their levels, and each share: "calibration", "calibration_0.1", ...
void add_calibration(const SplitResult& split, std::optional<std::int64_t> target, Numbers& out) {
  if (!split.reliability) return;
  out[calibration] = split.reliability->error(target);
  for (std::size_t q = 0; q < split.reliability->levels().size(); ++q)
    out[std::string(calibration) + "_" + format_number(split.reliability->levels()[q])] = split.reliability->share(q, target);
}

/// The model's metrics in original units, with the number of truths of 0, which mape leaves out.
Numbers original_of(const SplitResult& split, std::optional<std::int64_t> target) {
  Numbers out = numbers_of(split.model.original, {.target = target});
  out["zero_values"] = static_cast<double>(split.model.original.left_out("mape", {.target = target}));
  add_calibration(split, target, out);
  return out;
}

/// The model's metrics of a step: those of the scaled series, and those of quantiles and intervals, in original units, that it has.
Numbers of_step(const Score& score, std::int64_t step) {
  Numbers out = numbers_of(score.scaled, {.step = step});
  for (std::size_t i = 0; i < score.original.metrics().size(); ++i) {
    const MetricInfo& info = score.original.metrics()[i]->info();
    if (info.mean_over_series || (!info.needs_quantiles && !info.needs_intervals)) continue;
    if (const std::optional<double> value = score.original.value(i, {.step = step})) out[info.name] = *value;
  }
  return out;
}

/// Over all targets and steps.
Numbers of_all(const Score& score, bool has_units) {
  Numbers out = numbers_of(score.scaled, {});
  out["loss"] = score.loss();
  if (has_units) add_original(score, out);
  return out;
}

/// The filled values and those of 0 are those that metrics leave out.
SplitErrors errors_of(const SplitResult& split, const std::vector<std::string>& targets, std::int64_t horizon) {
  const bool has_units = split.naive.has_value();
  SplitErrors out{.windows = split.windows,
                  .filled_values = split.values - split.model.scaled.count(),
                  .zero_values = split.model.scaled.left_out("mape"),
                  .scaled = of_all(split.model, has_units)};
  if (has_units) {
    out.naive_scaled = of_all(*split.naive, has_units);
    out.original_all = original_of(split, {});
    out.naive_original_all = numbers_of(split.naive->original, {});
    if (split.reliability) out.scaled[calibration] = split.reliability->error();
  }
  if (split.seasonal) {
    out.seasonal_scaled = of_all(*split.seasonal, has_units);
    out.seasonal_scaled.erase("loss");
    out.seasonal_original_all = numbers_of(split.seasonal->original, {});
  }
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const MetricGroup target{.target = static_cast<std::int64_t>(t)};
    out.scaled_by_target[targets[t]] = numbers_of(split.model.scaled, target);
    if (!has_units) continue;
    out.naive_by_target[targets[t]] = numbers_of(split.naive->scaled, target);
    out.original[targets[t]] = original_of(split, target.target);
    out.naive_original[targets[t]] = numbers_of(split.naive->original, target);
    if (split.seasonal) out.seasonal_original[targets[t]] = numbers_of(split.seasonal->original, target);
  }
  for (std::int64_t step = 0; step < horizon; ++step) {
    out.scaled_by_step.push_back(of_step(split.model, step));
    if (has_units) out.naive_by_step.push_back(numbers_of(split.naive->scaled, {.step = step}));
  }
  return out;
}

/// The defined metrics of a set by their keys, those of one kind of units only.
void add_defined(const PanelMetrics& set, MetricUnits units, const std::string& split, NamedNumbers& out) {
  for (std::size_t i = 0; i < set.metrics().size(); ++i) {
    const MetricInfo& info = set.metrics()[i]->info();
    if (info.units != units) continue;
    if (const std::optional<double> value = set.value(i); value && std::isfinite(*value)) out.emplace_back(metric_key(info, split), *value);
  }
}

}  // namespace

std::vector<Measure> described(const Metrics& metrics) {
  std::vector<Measure> out;
  for (const std::shared_ptr<const Metric>& metric : metrics) {
    const MetricInfo& info = metric->info();
    out.push_back({.name = info.name,
                   .key = metric_key(info, split_placeholder),
                   .label = info.label.empty() ? info.name : info.label,
                   .original = info.units == MetricUnits::original,
                   .percent = info.percent,
                   .larger_is_better = info.larger_is_better});
  }
  out.push_back({.name = calibration,
                 .key = std::string(split_placeholder) + "_" + calibration,
                 .label = "Calibration",
                 .original = true,
                 .percent = true});
  return out;
}

ModelMetrics measured(const ModelResult& result) {
  ModelMetrics out{.stage = result.training.stage,
                   .model = result.training.model_type,
                   .checkpoint = result.checkpoint.string(),
                   .main_split = result.main().name(),
                   .replaced = result.replaced,
                   .ranking = result.ranking};
  for (const SplitResult& split : result.splits) out.splits[split.name()] = errors_of(split, result.targets, result.horizon);
  return out;
}

NamedNumbers flat_metrics(const ModelResult& result) {
  NamedNumbers out;
  for (const SplitResult& split : result.splits) {
    const std::string name = split.name();
    if (std::isfinite(split.model.loss())) out.emplace_back(name + "_loss", split.model.loss());
    add_defined(split.model.scaled, MetricUnits::scaled, name, out);
    out.emplace_back(name + "_windows", static_cast<double>(split.windows));
    if (split.naive) add_defined(split.model.original, MetricUnits::original, name, out);
    if (split.reliability && std::isfinite(split.reliability->error()))
      out.emplace_back(name + "_" + calibration, split.reliability->error());
  }
  return out;
}

/// Errors in original units, as the report and the table show them. Errors of targets with different units have no common size.
void add_original_units(const ModelResult& result, Value& out) {
  const PanelMetrics& metrics = result.main().model.original;
  for (const std::shared_ptr<const Metric>& metric : metrics.metrics()) {
    const MetricInfo& info = metric->info();
    if (info.units == MetricUnits::original || (result.targets.size() > 1 && !info.percent)) continue;
    if (const std::optional<double> value = metrics.value(info.name); value && std::isfinite(*value)) out["original_" + info.name] = *value;
  }
  if (const std::int64_t zeros = metrics.left_out("mape"); zeros > 0) out["original_mape_leaves_out"] = zeros;
}

/// The few metrics of uncertainty that a short display shows.
bool is_told(const MetricInfo& info) {
  return (!info.needs_quantiles && !info.needs_intervals) || info.name == "wql" || info.name.starts_with("coverage_");
}

void add_validation(const SplitResult& validation, Value& summary) {
  for (const char* name : {"mase", "wql"}) {
    for (const std::shared_ptr<const Metric>& metric : validation.model.original.metrics()) {
      const std::optional<double> value = metric->info().name == name ? validation.model.original.value(name) : std::nullopt;
      if (value && std::isfinite(*value)) summary[metric_key(metric->info(), "val")] = *value;
    }
  }
}

/// Without shares of scaled values, which say nothing of the data.
Value summary_value(const ModelResult& result) {
  const SplitResult& main = result.main();
  Value out{Value::Map{{"stage", result.training.stage}}};
  for (const auto& [name, value] : flat_metrics(result)) out[name] = value;
  for (const std::shared_ptr<const Metric>& metric : main.model.original.metrics()) {
    if (is_told(metric->info())) continue;
    for (const SplitResult& split : result.splits) out.as_map().erase(metric_key(metric->info(), split.name()));
  }
  if (main.naive) {
    for (const std::shared_ptr<const Metric>& metric : main.model.scaled.metrics()) {
      if (!metric->info().percent) continue;
      for (const SplitResult& split : result.splits) out.as_map().erase(metric_key(metric->info(), split.name()));
    }
    add_original_units(result, out);
  }
  for (const SplitResult& split : result.splits) out[split.name() + "_windows"] = split.windows;
  Value::List headlines;
  for (const std::shared_ptr<const Metric>& metric : main.model.original.metrics()) {
    if (metric->info().headline) headlines.emplace_back(metric_key(metric->info(), main.name()));
  }
  if (main.naive) {
    const std::optional<double> mse = main.naive->scaled.value("mse");
    out["naive_mse"] = mse && std::isfinite(*mse) ? Value(*mse) : Value();
    headlines.emplace_back("naive_mse");
  }
  out["headlines"] = std::move(headlines);
  return out;
}

}  // namespace pipeline::stage::evaluate
