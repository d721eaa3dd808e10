#include "metrics_json.h"

#include <cmath>
#include <optional>

namespace pipeline::stage::evaluate {

namespace {

Value number(std::optional<double> value) { return value && std::isfinite(*value) ? Value(*value) : Value(); }

Value measures(const MetricValues& values, const std::string& prefix = {}) {
  return Value::Map{{prefix + "mse", number(values.mse)},    {prefix + "mae", number(values.mae)},
                    {prefix + "rmse", number(values.rmse)},  {prefix + "mape", number(values.mape)},
                    {prefix + "r2", number(values.r2)},      {prefix + "avg_abs_accuracy", number(values.avg_abs_accuracy)},
                    {prefix + "smape", number(values.smape)}};
}

/// The model's measures with the naive forecast's beside them as naive_mse, ...
Value beside_naive(const MetricValues& model, const std::optional<MetricValues>& naive) {
  Value out = measures(model);
  if (naive) out.as_map().merge(measures(*naive, "naive_").as_map());
  return out;
}

/// What `of` says of the main split, and of every split under its name where there are several.
template <class Of>
Value by_split(const ModelResult& result, const Of& of) {
  Value out = of(result.main());
  if (result.splits.size() > 1) {
    for (const SplitResult& split : result.splits) out[split.name()] = of(split);
  }
  return out;
}

/// by_split() of what `pick` takes of a score.
template <class Pick>
Value scores_by_split(const ModelResult& result, const Pick& pick) {
  return by_split(result, [&](const SplitResult& split) {
    return beside_naive(pick(split.model), split.naive ? std::optional(pick(*split.naive)) : std::nullopt);
  });
}

void put_scaled_errors(Value& out, const TrainingScale& scale, const MetricValues& values, const std::string& prefix) {
  out[prefix + "mase"] = number(scale.mase(values.mae));
  out[prefix + "rmsse"] = number(scale.rmsse(values.mse));
}

/// A target's measures in original units, with those that divide by the training's naive errors.
Value original_measures(const SplitResult& split, const TrainingScale& scale, std::int64_t target) {
  const MetricValues model = split.model.original.target(target), naive = split.naive->original.target(target);
  Value out = beside_naive(model, naive);
  put_scaled_errors(out, scale, model, "");
  put_scaled_errors(out, scale, naive, "naive_");
  return out;
}

/// The mean over the targets that have a value.
template <class Pick>
std::optional<double> mean_over_targets(const ModelResult& result, const Score& score, const Pick& pick) {
  double sum = 0, count = 0;
  for (std::size_t t = 0; t < result.scales.size(); ++t) {
    const auto value = pick(result.scales[t], score.original.target(static_cast<std::int64_t>(t)));
    if (value) sum += *value, count += 1;
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

Value mean_mase(const ModelResult& result, const Score& score) {
  return number(mean_over_targets(result, score, [](const TrainingScale& scale, const MetricValues& of) { return scale.mase(of.mae); }));
}

Value mean_rmsse(const ModelResult& result, const Score& score) {
  return number(mean_over_targets(result, score, [](const TrainingScale& scale, const MetricValues& of) { return scale.rmsse(of.mse); }));
}

void put_naive(Value& out, const std::string& prefix, const ModelResult& result, const Score& naive) {
  const MetricValues all = naive.scaled.all();
  out[prefix + "naive_loss"] = number(naive.loss());
  out[prefix + "naive_mse"] = number(all.mse);
  out[prefix + "naive_mae"] = number(all.mae);
  out[prefix + "naive_rmse"] = number(all.rmse);
  out[prefix + "naive_mape"] = number(all.mape);
  out[prefix + "naive_r2"] = number(all.r2);
  out[prefix + "naive_avg_abs_accuracy"] = number(all.avg_abs_accuracy);
  out[prefix + "naive_smape"] = number(all.smape);
  out[prefix + "naive_mase"] = mean_mase(result, naive);
  out[prefix + "naive_rmsse"] = mean_rmsse(result, naive);
}

/// Names of the contract for one split; the last two count what metrics leave out.
std::vector<std::pair<std::string, Value>> flat_split(const ModelResult& result, const SplitResult& split) {
  const MetricValues all = split.model.scaled.all();
  const std::string name = split.name();
  std::vector<std::pair<std::string, Value>> out{{name + "_loss", number(split.model.loss())},
                                                 {name + "_mse", number(all.mse)},
                                                 {name + "_mae", number(all.mae)},
                                                 {name + "_rmse", number(all.rmse)},
                                                 {name + "_mape", number(all.mape)},
                                                 {name + "_r2", number(all.r2)},
                                                 {"avg_" + name + "_abs_accuracy", number(all.avg_abs_accuracy)},
                                                 {name + "_smape", number(all.smape)},
                                                 {name + "_windows", split.windows},
                                                 {name + "_filled_values", split.values - all.count},
                                                 {name + "_near_zero_values", all.near_zero}};
  if (result.scales.empty()) return out;
  out.emplace_back(name + "_mase", mean_mase(result, split.model));
  out.emplace_back(name + "_rmsse", mean_rmsse(result, split.model));
  return out;
}

/// All splits' metrics without what is undefined and what only counts left-out values.
std::vector<std::pair<std::string, Value>> defined_metrics(const ModelResult& result) {
  std::vector<std::pair<std::string, Value>> out;
  for (const SplitResult& split : result.splits) {
    for (auto& entry : flat_split(result, split)) {
      if (entry.second.is_double() || entry.first.ends_with("_windows")) out.push_back(std::move(entry));
    }
  }
  return out;
}

}  // namespace

Value summary_value(const ModelResult& result) {
  Value out{Value::Map{{"stage", result.training.stage}}};
  for (auto& [name, value] : defined_metrics(result)) out[name] = std::move(value);
  if (const auto& naive = result.main().naive) out["naive_mse"] = number(naive->scaled.all().mse);
  return out;
}

NamedNumbers flat_metrics(const ModelResult& result) {
  NamedNumbers out;
  for (const auto& [name, value] : defined_metrics(result)) out.emplace_back(name, value.as_double());
  return out;
}

Value metrics_value(const ModelResult& result) {
  Value out{Value::Map{{"stage", result.training.stage},
                       {"model", result.training.model_type},
                       {"checkpoint", result.checkpoint.string()},
                       {"split", result.main().name()},
                       {"by_target", Value::Map{}}}};
  for (const SplitResult& split : result.splits) {
    for (auto& [name, value] : flat_split(result, split)) out[name] = std::move(value);
    if (split.naive) put_naive(out, split.name() + "_", result, *split.naive);
  }
  if (result.main().naive) put_naive(out, "", result, *result.main().naive);

  for (std::size_t t = 0; t < result.targets.size(); ++t) {
    const auto index = static_cast<std::int64_t>(t);
    const std::string& target = result.targets[t];
    out["by_target"][target] = scores_by_split(result, [=](const Score& score) { return score.scaled.target(index); });
    if (result.scales.empty()) continue;
    out["original"][target] = by_split(result, [&](const SplitResult& split) { return original_measures(split, result.scales[t], index); });
  }
  Value::List steps;
  for (std::int64_t h = 0; h < result.horizon; ++h) {
    Value step = scores_by_split(result, [=](const Score& score) { return score.scaled.step(h); });
    step["step"] = h + 1;
    steps.push_back(std::move(step));
  }
  out["by_step"] = std::move(steps);
  return out;
}

}  // namespace pipeline::stage::evaluate
