#include "pipeline/data/backtest_file.h"

#include <cmath>
#include <limits>
#include <utility>

#include "data/json_parts.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

using Numbers = SplitErrors::Numbers;

Value number_or_null(double number) { return std::isfinite(number) ? Value(number) : Value(); }
double number_of(const Value& value) { return value.is_number() ? value.as_double() : std::numeric_limits<double>::quiet_NaN(); }

Value to_value(const Numbers& numbers) {
  Value::Map out;
  for (const auto& [name, number] : numbers) out[name] = number_or_null(number);
  return out;
}

Numbers numbers_in(const Value& value) {
  Numbers out;
  for (const auto& [name, number] : value.as_map()) out[name] = number_of(number);
  return out;
}

Value to_value(const Measure& measure) {
  return Value::Map{
      {"name", measure.name}, {"label", measure.label}, {"percent", measure.percent}, {"larger_is_better", measure.larger_is_better}};
}

Measure measure_in(const Value& value) {
  return {.name = value.at("name").as_string(),
          .label = value.at("label").as_string(),
          .original = true,
          .percent = value.at("percent").as_bool(),
          .larger_is_better = value.at("larger_is_better").as_bool()};
}

Value to_value(const BacktestModel& model) {
  Value::List by_cutoff;
  for (const Numbers& numbers : model.by_cutoff) by_cutoff.push_back(to_value(numbers));
  return Value::Map{{"name", model.name}, {"mean", to_value(model.mean)}, {"spread", to_value(model.spread)}, {"by_cutoff", by_cutoff}};
}

BacktestModel model_in(const Value& value) {
  BacktestModel out{.name = value.at("name").as_string(), .mean = numbers_in(value.at("mean")), .spread = numbers_in(value.at("spread"))};
  for (const Value& numbers : value.at("by_cutoff").as_list()) out.by_cutoff.push_back(numbers_in(numbers));
  return out;
}

Value to_value(const Bootstrapped& number) {
  return Value::Map{{"value", number_or_null(number.value)}, {"low", number_or_null(number.low)}, {"high", number_or_null(number.high)}};
}

Bootstrapped bootstrapped_in(const Value& value) {
  return {.value = number_of(value.at("value")), .low = number_of(value.at("low")), .high = number_of(value.at("high"))};
}

Value to_value(const BacktestComparison& comparison) {
  Value out = Value::Map{{"model", comparison.model}, {"skill", number_or_null(comparison.skill)}, {"series", comparison.series}};
  if (const auto& test = comparison.test)
    out["diebold_mariano"] =
        Value::Map{{"statistic", test->statistic}, {"p_value", test->p_value}, {"lags", test->lags}, {"bartlett", test->bartlett}};
  if (comparison.skill_of_series) out["skill_of_series"] = to_value(*comparison.skill_of_series);
  if (comparison.win_rate) out["win_rate"] = to_value(*comparison.win_rate);
  return out;
}

BacktestComparison comparison_in(const Value& value) {
  BacktestComparison out{
      .model = value.at("model").as_string(), .skill = number_of(value.at("skill")), .series = value.at("series").as_int()};
  if (const Value* test = value.find("diebold_mariano"))
    out.test = DieboldMariano{.statistic = number_of(test->at("statistic")),
                              .p_value = number_of(test->at("p_value")),
                              .lags = test->at("lags").as_int(),
                              .bartlett = test->at("bartlett").as_bool()};
  if (const Value* skill = value.find("skill_of_series")) out.skill_of_series = bootstrapped_in(*skill);
  if (const Value* wins = value.find("win_rate")) out.win_rate = bootstrapped_in(*wins);
  return out;
}

BacktestRecord record_in(const Value& value) {
  BacktestRecord out{.horizon = value.at("horizon").as_int(),
                     .refit = value.at("refit").as_string(),
                     .cutoffs_before_test = value.at("cutoffs_before_test").as_int(),
                     .series = value.at("series").as_int(),
                     .reference = value.at("reference").as_string()};
  for (const Value& cutoff : value.at("cutoffs").as_list()) out.cutoffs.push_back(cutoff.as_string());
  for (const Value& measure : value.at("metrics").as_list()) out.measures.push_back(measure_in(measure));
  for (const Value& model : value.at("models").as_list()) out.models.push_back(model_in(model));
  for (const Value& comparison : value.at("comparisons").as_list()) out.comparisons.push_back(comparison_in(comparison));
  return out;
}

}  // namespace

void write_backtest(const std::filesystem::path& folder, const BacktestRecord& record) {
  Value::List measures, models, comparisons;
  for (const Measure& measure : record.measures) measures.push_back(to_value(measure));
  for (const BacktestModel& model : record.models) models.push_back(to_value(model));
  for (const BacktestComparison& comparison : record.comparisons) comparisons.push_back(to_value(comparison));
  write_json(folder / backtest_file_name, Value::Map{{"cutoffs", Value::List(record.cutoffs.begin(), record.cutoffs.end())},
                                                     {"horizon", record.horizon},
                                                     {"refit", record.refit},
                                                     {"cutoffs_before_test", record.cutoffs_before_test},
                                                     {"series", record.series},
                                                     {"metrics", std::move(measures)},
                                                     {"models", std::move(models)},
                                                     {"reference", record.reference},
                                                     {"comparisons", std::move(comparisons)}});
}

BacktestRecord read_backtest(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / backtest_file_name;
  const Value content = read_json(file);
  try {
    return record_in(content);
  } catch (const Error& error) {
    throw Error(ExitStatus::unexpected, file.string() + " is damaged: " + error.what() + "; " + damage_cure(file));
  }
}

}  // namespace pipeline
