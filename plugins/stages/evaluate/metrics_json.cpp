#include "metrics_json.h"

#include <cmath>
#include <optional>

namespace pipeline::stage::evaluate {

namespace {

Value number(std::optional<double> value) { return value && std::isfinite(*value) ? Value(*value) : Value(); }

/// Writes every metric of a set under `prefix` and its name.
void put_measures(Value& out, const std::string& prefix, const MetricSet& metrics, const MetricGroup& of = {}) {
  for (std::size_t i = 0; i < metrics.metrics().size(); ++i) out[prefix + metrics.metrics()[i]->info().name] = number(metrics.value(i, of));
}

/// The model's metrics, and the naive forecast's as naive_mse, ...; `set`: the scaled or the original set of a score.
Value beside_naive(const SplitResult& split, MetricSet Score::*set, const MetricGroup& of) {
  Value out{Value::Map{}};
  put_measures(out, "", split.model.*set, of);
  if (split.naive) put_measures(out, "naive_", *split.naive.*set, of);
  return out;
}

/// The same for the main split, and for every split under its name if there are several.
Value by_split(const ModelResult& result, MetricSet Score::*set, const MetricGroup& of) {
  Value out = beside_naive(result.main(), set, of);
  if (result.splits.size() > 1) {
    for (const SplitResult& split : result.splits) out[split.name()] = beside_naive(split, set, of);
  }
  return out;
}

/// Calls `use(metric, value)` for each metric in `units`, with its value in a score.
template <class Use>
void for_each_metric(const Score& score, MetricUnits units, const Use& use) {
  const MetricSet& metrics = units == MetricUnits::scaled ? score.scaled : score.original;
  for (std::size_t i = 0; i < metrics.metrics().size(); ++i) {
    if (const MetricInfo& info = metrics.metrics()[i]->info(); info.units == units) use(info, number(metrics.value(i)));
  }
}

void put_naive(Value& out, const std::string& prefix, const Score& naive) {
  out[prefix + "naive_loss"] = number(naive.loss());
  for (const MetricUnits units : {MetricUnits::scaled, MetricUnits::original})
    for_each_metric(naive, units, [&](const MetricInfo& info, const Value& value) { out[prefix + "naive_" + info.name] = value; });
}

/// The flat entries of metrics.json for one split. Its filled and near-zero values are those that metrics leave out.
std::vector<std::pair<std::string, Value>> flat_split(const SplitResult& split) {
  const std::string name = split.name();
  const MetricSet& scaled = split.model.scaled;
  std::vector<std::pair<std::string, Value>> out{{name + "_loss", number(split.model.loss())}};
  const auto add = [&](const MetricInfo& info, const Value& value) { out.emplace_back(metric_key(info, name), value); };
  for_each_metric(split.model, MetricUnits::scaled, add);
  out.emplace_back(name + "_windows", split.windows);
  out.emplace_back(name + "_filled_values", split.values - scaled.count());
  out.emplace_back(name + "_near_zero_values", scaled.left_out("mape"));
  if (split.naive) for_each_metric(split.model, MetricUnits::original, add);
  return out;
}

/// The metrics of all splits, without undefined ones and without counts of left-out values.
std::vector<std::pair<std::string, Value>> defined_metrics(const ModelResult& result) {
  std::vector<std::pair<std::string, Value>> out;
  for (const SplitResult& split : result.splits) {
    for (auto& entry : flat_split(split)) {
      if (entry.second.is_double() || entry.first.ends_with("_windows")) out.push_back(std::move(entry));
    }
  }
  return out;
}

}  // namespace

std::vector<Measure> described(const Metrics& metrics) {
  std::vector<Measure> out;
  for (const std::shared_ptr<const Metric>& metric : metrics) {
    const MetricInfo& info = metric->info();
    out.push_back({.name = info.name,
                   .key = metric_key(info, "{split}"),
                   .label = info.label.empty() ? info.name : info.label,
                   .original = info.units == MetricUnits::original,
                   .percent = info.percent,
                   .larger_is_better = info.larger_is_better});
  }
  return out;
}

Value summary_value(const ModelResult& result) {
  const SplitResult& main = result.main();
  Value out{Value::Map{{"stage", result.training.stage}}};
  for (auto& [name, value] : defined_metrics(result)) out[name] = std::move(value);
  Value::List headlines;
  for (const std::shared_ptr<const Metric>& metric : main.model.original.metrics()) {
    if (metric->info().headline) headlines.emplace_back(metric_key(metric->info(), main.name()));
  }
  if (main.naive) {
    out["naive_mse"] = number(main.naive->scaled.value("mse"));
    headlines.emplace_back("naive_mse");
  }
  out["headlines"] = std::move(headlines);
  return out;
}

NamedNumbers flat_metrics(const ModelResult& result) {
  NamedNumbers out;
  for (const auto& [name, value] : defined_metrics(result)) out.emplace_back(name, value.as_double());
  return out;
}

Value metrics_value(const ModelResult& result) {
  const SplitResult& main = result.main();
  Value out{Value::Map{{"stage", result.training.stage},
                       {"model", result.training.model_type},
                       {"checkpoint", result.checkpoint.string()},
                       {"split", main.name()},
                       {"by_target", Value::Map{}}}};
  for (const SplitResult& split : result.splits) {
    for (auto& [name, value] : flat_split(split)) out[name] = std::move(value);
    if (split.naive) put_naive(out, split.name() + "_", *split.naive);
  }
  if (main.naive) put_naive(out, "", *main.naive);

  for (std::size_t t = 0; t < result.targets.size(); ++t) {
    const MetricGroup target{.target = static_cast<std::int64_t>(t)};
    out["by_target"][result.targets[t]] = by_split(result, &Score::scaled, target);
    if (main.naive) out["original"][result.targets[t]] = by_split(result, &Score::original, target);
  }
  Value::List steps;
  for (std::int64_t h = 0; h < result.horizon; ++h) {
    Value step = by_split(result, &Score::scaled, {.step = h});
    step["step"] = h + 1;
    steps.push_back(std::move(step));
  }
  out["by_step"] = std::move(steps);
  return out;
}

}  // namespace pipeline::stage::evaluate
