#include "pipeline/data/metrics_file.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "base/metric_names.h"
#include "data/json_parts.h"
#include "pipeline/data/files.h"
#include "pipeline/data/series.h"

namespace pipeline {

namespace {

using Numbers = SplitErrors::Numbers;

/// The key of a split's metric in metrics.json.
std::string flat_name(const std::vector<Measure>& measures, const std::string& split, const std::string& metric) {
  const auto found = std::ranges::find(measures, metric, &Measure::name);
  return found == measures.end() ? split + "_" + metric : found->key_of(split);
}

void put(Value& table, const std::string& prefix, const Numbers& numbers) {
  for (const auto& [metric, number] : numbers) table[prefix + metric] = std::isfinite(number) ? Value(number) : Value();
}

Value beside_naive(const Numbers& model, const Numbers* naive, const Numbers* seasonal = nullptr) {
  Value out{Value::Map{}};
  put(out, "", model);
  if (naive) put(out, std::string(naive_prefix), *naive);
  if (seasonal) put(out, std::string(seasonal_prefix), *seasonal);
  return out;
}

/// A metric's number; NaN for null, nullopt for anything else.
std::optional<double> metric_of(const Value& value) {
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  return value.is_number() ? std::optional(value.as_double()) : std::nullopt;
}

/// Splits a table of mae, rmse, ..., naive_mae, naive_rmse, ... and seasonal_mae, ... into three.
void take(const Value& table, Numbers& model, Numbers& naive, Numbers& seasonal) {
  if (!table.is_map()) return;
  for (const auto& [key, value] : table.as_map()) {
    const std::optional<double> number = metric_of(value);
    if (!number) continue;
    if (key.starts_with(naive_prefix)) {
      naive[key.substr(naive_prefix.size())] = *number;
    } else if (key.starts_with(seasonal_prefix)) {
      seasonal[key.substr(seasonal_prefix.size())] = *number;
    } else {
      model[key] = *number;
    }
  }
}

/// The part of `table` for one split: the member with the split's name if there is one, else the table itself.
const Value& of_split(const Value& table, const std::string& split) {
  const Value* nested = table.find(split);
  return nested && nested->is_map() ? *nested : table;
}

using ByTarget = std::map<std::string, Numbers>;

/// `seasonal` nullptr: there is none.
Value by_target(const ModelMetrics& metrics, ByTarget SplitErrors::*model, ByTarget SplitErrors::*naive,
                ByTarget SplitErrors::*seasonal = nullptr) {
  const auto errors_on = [&](const SplitErrors& errors, const std::string& target) {
    const auto numbers = [&](ByTarget SplitErrors::*of) -> const Numbers* {
      if (!of) return nullptr;
      const auto found = (errors.*of).find(target);
      return found == (errors.*of).end() ? nullptr : &found->second;
    };
    const Numbers* own = numbers(model);
    return beside_naive(own ? *own : Numbers(), numbers(naive), numbers(seasonal));
  };
  Value out{Value::Map{}};
  for (const auto& [target, numbers] : metrics.main()->*model) {
    out[target] = errors_on(*metrics.main(), target);
    if (metrics.splits.size() == 1) continue;
    for (const auto& [split, errors] : metrics.splits) out[target][split] = errors_on(errors, target);
  }
  return out;
}

/// The name under which "original" has the errors of all targets together.
constexpr const char* all_targets = "all";

Value of_all_targets(const ModelMetrics& metrics) {
  const auto errors_on = [](const SplitErrors& errors) {
    const auto unless_empty = [](const Numbers& numbers) { return numbers.empty() ? nullptr : &numbers; };
    return beside_naive(errors.original_all, unless_empty(errors.naive_original_all), unless_empty(errors.seasonal_original_all));
  };
  Value out = errors_on(*metrics.main());
  if (metrics.splits.size() == 1) return out;
  for (const auto& [split, errors] : metrics.splits) out[split] = errors_on(errors);
  return out;
}

Value by_step(const ModelMetrics& metrics) {
  const auto errors_on = [](const SplitErrors& errors, std::size_t step) {
    return beside_naive(step < errors.scaled_by_step.size() ? errors.scaled_by_step[step] : Numbers(),
                        step < errors.naive_by_step.size() ? &errors.naive_by_step[step] : nullptr);
  };
  Value::List out;
  for (std::size_t step = 0; step < metrics.main()->scaled_by_step.size(); ++step) {
    Value entry = errors_on(*metrics.main(), step);
    if (metrics.splits.size() > 1) {
      for (const auto& [split, errors] : metrics.splits) entry[split] = errors_on(errors, step);
    }
    entry["step"] = static_cast<std::int64_t>(step) + 1;
    out.push_back(std::move(entry));
  }
  return out;
}

void put_flat(Value& out, const std::string& split, const SplitErrors& errors, const std::vector<Measure>& measures) {
  for (const auto& [metric, number] : errors.scaled)
    out[flat_name(measures, split, metric)] = std::isfinite(number) ? Value(number) : Value();
  put(out, split + "_" + std::string(naive_prefix), errors.naive_scaled);
  put(out, split + "_" + std::string(seasonal_prefix), errors.seasonal_scaled);
  out[split + "_windows"] = errors.windows;
  out[split + "_filled_values"] = errors.filled_values;
  out[split + "_zero_values"] = errors.zero_values;
}

/// Reads the flat entries of one split; returns whether there were any.
bool take_flat(const Value& value, const std::string& split, SplitErrors& errors, const std::vector<Measure>& measures) {
  const std::string prefix = split + "_";
  Value numbers{Value::Map{}};
  for (const auto& [key, entry] : value.as_map()) {
    const auto measure = std::ranges::find_if(measures, [&](const Measure& m) { return m.key_of(split) == key; });
    if (measure != measures.end()) {
      numbers[measure->name] = entry;
    } else if (key.starts_with(prefix)) {
      numbers[key.substr(prefix.size())] = entry;
    }
  }
  errors.windows = integer_in(numbers, "windows");
  errors.filled_values = integer_in(numbers, "filled_values");
  errors.zero_values = integer_in(numbers, "zero_values");
  for (const std::string_view count : count_names) numbers.as_map().erase(std::string(count));
  take(numbers, errors.scaled, errors.naive_scaled, errors.seasonal_scaled);
  return !errors.scaled.empty();
}

void take_targets(const Value& tables, const std::string& split, bool is_main, ByTarget& model, ByTarget& naive, ByTarget& seasonal) {
  for (const auto& [target, table] : tables.is_map() ? tables.as_map() : Value::Map()) {
    const Value& numbers = of_split(table, split);
    if (!is_main && &numbers == &table) continue;  // the table is for the main split
    Numbers beside, season;
    take(numbers, model[target], beside, season);
    if (!beside.empty()) naive[target] = std::move(beside);
    if (!season.empty()) seasonal[target] = std::move(season);
  }
}

/// Moves the errors of all targets out of those by target, unless a target has their name.
void take_all_targets(SplitErrors& errors) {
  if (errors.scaled_by_target.contains(all_targets)) return;
  if (auto all = errors.original.extract(all_targets)) errors.original_all = std::move(all.mapped());
  if (auto all = errors.naive_original.extract(all_targets)) errors.naive_original_all = std::move(all.mapped());
  if (auto all = errors.seasonal_original.extract(all_targets)) errors.seasonal_original_all = std::move(all.mapped());
}

void take_steps(const Value& steps, const std::string& split, bool is_main, SplitErrors& errors) {
  if (!steps.is_list()) return;
  for (const Value& step : steps.as_list()) {
    const Value& numbers = of_split(step, split);
    if (!is_main && &numbers == &step) continue;
    Numbers model, naive, seasonal;
    take(numbers, model, naive, seasonal);
    model.erase("step");
    errors.scaled_by_step.push_back(std::move(model));
    if (!naive.empty()) errors.naive_by_step.push_back(std::move(naive));
  }
}

/// The main split of a file without "split".
std::string guessed_main(const std::map<std::string, SplitErrors>& splits) {
  return splits.empty() || splits.contains("test") ? "test" : splits.begin()->first;
}

Value texts(const std::map<std::string, std::string>& names) { return Value::Map(names.begin(), names.end()); }

std::map<std::string, std::string> texts_of(const Value& files, std::string_view kind) {
  std::map<std::string, std::string> out;
  for (const auto& [split, name] : map_in(files, kind)) {
    if (name.is_string()) out[split] = name.as_string();
  }
  return out;
}

}  // namespace

const SplitErrors* ModelMetrics::main() const {
  const auto found = splits.find(main_split);
  return found == splits.end() ? nullptr : &found->second;
}

std::string Measure::key_of(const std::string& split) const { return with_split(key, split); }

Value ModelMetrics::to_value(const std::vector<Measure>& measures) const {
  Value out = Value::Map{{"stage", stage},
                         {"model", model},
                         {"checkpoint", checkpoint},
                         {"split", main_split},
                         {"files", Value::Map{{"predictions", texts(predictions)}, {"attention", texts(attention)}}}};
  if (!by_series.empty()) out["files"]["by_series"] = texts(by_series);
  if (replaced > 0) out["replaced"] = replaced;
  if (!intervals_from.empty()) out["intervals_from"] = intervals_from;
  if (std::isfinite(ranking)) out["ranking"] = ranking;
  for (const auto& [split, errors] : splits) put_flat(out, split, errors, measures);
  if (!main()) return out;
  put(out, std::string(naive_prefix), main()->naive_scaled);
  put(out, std::string(seasonal_prefix), main()->seasonal_scaled);
  out["by_target"] = by_target(*this, &SplitErrors::scaled_by_target, &SplitErrors::naive_by_target);
  out["by_step"] = by_step(*this);
  if (!main()->original.empty()) {
    out["original"] = by_target(*this, &SplitErrors::original, &SplitErrors::naive_original, &SplitErrors::seasonal_original);
    if (!out["original"].find(all_targets)) out["original"][all_targets] = of_all_targets(*this);
  }
  return out;
}

ModelMetrics ModelMetrics::from_value(const Value& value, const std::vector<Measure>& measures) {
  ModelMetrics out{.stage = text_in(value, "stage"),
                   .model = text_in(value, "model"),
                   .checkpoint = text_in(value, "checkpoint"),
                   .main_split = text_in(value, "split"),
                   .predictions = texts_of(value_in(value, "files"), "predictions"),
                   .attention = texts_of(value_in(value, "files"), "attention"),
                   .by_series = texts_of(value_in(value, "files"), "by_series"),
                   .replaced = integer_in(value, "replaced"),
                   .intervals_from = text_in(value, "intervals_from"),
                   .ranking = number_in(value, "ranking").value_or(std::numeric_limits<double>::quiet_NaN())};
  if (!value.is_map()) return out;
  for (const std::string split : measured_split_names) {
    SplitErrors errors;
    if (take_flat(value, split, errors, measures)) out.splits.emplace(split, std::move(errors));
  }
  if (out.main_split.empty()) out.main_split = guessed_main(out.splits);
  Numbers others, main_naive, main_seasonal;
  take(value, others, main_naive, main_seasonal);
  for (auto& [split, errors] : out.splits) {
    const bool is_main = split == out.main_split;
    if (is_main) errors.naive_scaled.insert(main_naive.begin(), main_naive.end());
    if (is_main) errors.seasonal_scaled.insert(main_seasonal.begin(), main_seasonal.end());
    ByTarget none;  // targets on the scaled series have no season
    take_targets(value_in(value, "by_target"), split, is_main, errors.scaled_by_target, errors.naive_by_target, none);
    take_targets(value_in(value, "original"), split, is_main, errors.original, errors.naive_original, errors.seasonal_original);
    take_all_targets(errors);
    take_steps(value_in(value, "by_step"), split, is_main, errors);
  }
  return out;
}

namespace {

Value described(const std::vector<Measure>& measures) {
  Value::List list;
  for (const Measure& measure : measures) {
    list.push_back(Value::Map{{"name", measure.name},
                              {"key", measure.key},
                              {"label", measure.label},
                              {"units", measure.original ? "original" : "scaled"},
                              {"percent", measure.percent},
                              {"larger_is_better", measure.larger_is_better}});
  }
  return list;
}

bool says(const Value& entry, std::string_view key) { return value_in(entry, key) == Value(true); }

std::vector<Measure> measures_in(const Value& metrics_json) {
  std::vector<Measure> measures;
  const Value& list = value_in(metrics_json, "metrics");
  for (const Value& entry : list.is_list() ? list.as_list() : Value::List()) {
    measures.push_back({.name = text_in(entry, "name"),
                        .key = text_in(entry, "key"),
                        .label = text_in(entry, "label"),
                        .original = text_in(entry, "units") == "original",
                        .percent = says(entry, "percent"),
                        .larger_is_better = says(entry, "larger_is_better")});
  }
  return measures;
}

/// The metrics of a file that does not describe them: all numbers of its models.
std::vector<Measure> measures_of(const std::vector<ModelMetrics>& models) {
  std::vector<Measure> measures;
  for (const ModelMetrics& model : models) {
    for (const auto& [split, errors] : model.splits) {
      for (const auto& [name, number] : errors.scaled) {
        if (name == "loss" || std::ranges::find(measures, name, &Measure::name) != measures.end()) continue;
        measures.push_back({.name = name, .key = std::string(split_placeholder) + "_" + name, .label = name});
      }
    }
  }
  return measures;
}

}  // namespace

void write_metrics(const std::filesystem::path& folder, const MetricsRecord& record) {
  Value out = record.models.at(record.leader).to_value(record.measures);
  out["metrics"] = described(record.measures);
  if (!record.ranked_by.empty()) out["ranked_by"] = record.ranked_by;
  if (record.models.size() > 1) {
    for (const ModelMetrics& metrics : record.models) out["models"][metrics.stage] = metrics.to_value(record.measures);
  }
  write_json(folder / metrics_file_name, out);
}

MetricsRecord metrics_of(const Value& metrics_json) {
  MetricsRecord record{.measures = measures_in(metrics_json), .ranked_by = text_in(metrics_json, "ranked_by")};
  const ModelMetrics top = ModelMetrics::from_value(metrics_json, record.measures);
  for (const auto& [stage, value] : map_in(metrics_json, "models")) {
    if (stage == top.stage) record.leader = record.models.size();
    record.models.push_back(ModelMetrics::from_value(value, record.measures));
    record.models.back().stage = stage;
  }
  if (record.models.empty()) record.models.push_back(top);
  if (record.measures.empty()) record.measures = measures_of(record.models);
  return record;
}

MetricsRecord read_metrics(const std::filesystem::path& folder) { return metrics_of(read_json(folder / metrics_file_name)); }

}  // namespace pipeline
