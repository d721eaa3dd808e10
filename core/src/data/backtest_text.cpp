#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "pipeline/data/backtest_file.h"
#include "pipeline/data/format.h"

namespace pipeline {

namespace {

constexpr std::array<const char*, 6> shown_metrics{"mae", "rmse", "smape", "mase", "wql", "coverage_80"};

std::string percent(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %%", 100 * share);
  return std::string(text.data()) == "-0.0 %" ? "0.0 %" : text.data();
}

std::string number_text(const Measure& measure, const SplitErrors::Numbers& numbers) {
  const auto found = numbers.find(measure.name);
  if (found == numbers.end() || !std::isfinite(found->second)) return "-";
  return measure.percent ? percent(found->second) : format_short(found->second);
}

std::string p_text(double p_value) { return p_value < 0.0001 ? "p < 0.0001" : "p = " + format_short(p_value); }

std::string interval_text(const Bootstrapped& number) { return percent(number.low) + " to " + percent(number.high); }

}  // namespace

std::vector<Measure> shown_measures(const BacktestRecord& record) {
  std::vector<Measure> out;
  for (const char* name : shown_metrics) {
    const auto found = std::ranges::find(record.measures, std::string(name), &Measure::name);
    if (found != record.measures.end()) out.push_back(*found);
  }
  return out;
}

std::string spread_text(const BacktestModel& model, const Measure& measure) {
  const std::string spread = number_text(measure, model.spread);
  return number_text(measure, model.mean) + (spread == "-" ? "" : " ± " + spread);
}

std::string headline_of(const BacktestRecord& record) {
  const auto count = std::ssize(record.cutoffs);
  const std::string range = count == 1 ? record.cutoffs.front() : record.cutoffs.front() + " to " + record.cutoffs.back();
  return format_count(count) + (count == 1 ? " cutoff, " : " cutoffs, ") + range + ", " + std::to_string(record.horizon) +
         (record.horizon == 1 ? " step" : " steps") + (record.series == 1 ? "" : " of " + format_count(record.series) + " series") + "; " +
         record.refit;
}

std::string sentence_of(const BacktestComparison& comparison, const BacktestRecord& record) {
  const std::string reference = "the " + record.reference;
  if (!std::isfinite(comparison.skill)) return comparison.model + " cannot be compared with " + reference + ": it never changes";
  if (comparison.skill == 0 && !comparison.test && !comparison.win_rate) return comparison.model + ": the same errors as " + reference;
  std::string text = comparison.model + ": ";
  if (comparison.skill == 0) {
    text += "errors as large as those of " + reference;
  } else {
    text += "errors " + percent(std::abs(comparison.skill)) + (comparison.skill > 0 ? " below " : " above ") + reference;
  }
  if (const auto& test = comparison.test) {
    text += "; Diebold-Mariano " + format_short(test->statistic) + ", " + p_text(test->p_value);
    if (test->bartlett) text += " (with Bartlett's weights, as the variance was not above 0 without)";
    constexpr double usual = 0.05;
    if (test->p_value >= usual) text += ", which chance explains too";
  } else if (record.series == 1) {
    text += record.cutoffs.size() < 2 ? "; one cutoff tests nothing" : "; the errors of these cutoffs do not allow a test";
  }
  if (comparison.skill_of_series && comparison.win_rate)
    text += " (95 % of bootstraps: skill " + interval_text(*comparison.skill_of_series) + "); better in " +
            percent(comparison.win_rate->value) + " of " + format_count(comparison.series) + " series (" +
            interval_text(*comparison.win_rate) + ")";
  return text;
}

}  // namespace pipeline
