#include "verdict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ranges>

#include "pipeline/data/format.h"

namespace pipeline::stage::visualize {

namespace {

/// Relative; a smaller difference would be shown as 0.0 % better.
constexpr double even_within = 5e-4;

/// The most targets that a sentence lists one by one; more are counted.
constexpr std::size_t listed_targets = 3;

/// The error that decides: of a single target in its own units, else the MASE over all targets, or the squared error of the scaled series
/// where they have no scale.
struct Comparison {
  double error = 0;
  Simple simple;
  bool of_two = false;            ///< the last season is known too
  std::string subject, over_all;  ///< "mean error on OT"; of several targets: "over all of them its MASE"
};

/// A target's mean absolute error, and that of the better simple forecast.
struct TargetErrors {
  std::string target;
  double mae = 0;
  std::optional<double> simple;
};

std::vector<TargetErrors> by_target(const SplitErrors& errors) {
  std::vector<TargetErrors> out;
  for (const auto& [target, numbers] : errors.original) {
    if (const auto mae = find_number(numbers, "mae")) out.push_back({target, *mae, better_of(errors, target, "mae").error});
  }
  return out;
}

std::optional<Comparison> compare(const SplitErrors& errors) {
  const bool of_two = !errors.seasonal_original.empty();
  if (const auto targets = by_target(errors); targets.size() == 1)
    return Comparison{targets[0].mae, better_of(errors, targets[0].target, "mae"), of_two, "mean error on " + targets[0].target, {}};
  if (const auto mase = find_number(errors.original_all, "mase"))
    return Comparison{*mase, better_of(errors.naive_original_all, &errors.seasonal_original_all, "mase"), of_two,
                      "mean absolute scaled error (MASE)", "over all of them its mean absolute scaled error (MASE) is "};
  const auto mse = find_number(errors.scaled, "mse");
  if (!mse) return std::nullopt;
  return Comparison{*mse, better_of(errors.naive_scaled, &errors.seasonal_scaled, "mse"), of_two, "mean squared error (scaled)",
                    "over all of them, on the scaled series, its mean squared error is "};
}

/// "its mean error is 1.270 against 1.440 on OT, 3.1 against 4.2 on HUFL", or the number of targets with a lower error if there are many.
std::string targets_clause(const std::vector<TargetErrors>& targets, bool of_two) {
  if (targets.size() > listed_targets) {
    const auto ahead =
        std::ranges::count_if(targets, [](const TargetErrors& t) { return standing_of(t.mae, t.simple) == Standing::better; });
    return "its mean error is below " + std::string(of_two ? "that of the better of the two" : "the last value's") + " on " +
           std::to_string(ahead) + " of " + std::to_string(targets.size()) + " targets";
  }
  std::string clause;
  for (const TargetErrors& t : targets) {
    clause += clause.empty() ? "its mean error is " : ", ";
    clause += format_short(t.mae) + " against " + format_short(t.simple.value_or(NAN)) + " on " + t.target;
  }
  return clause;
}

std::string opening(Standing standing, const Comparison& comparison) {
  const char* verb = standing == Standing::better ? " beats " : standing == Standing::even ? " is no better than " : " does not beat ";
  const std::string better = comparison.of_two ? ", the better of the last value and the last season" : "";
  return verb + std::string(comparison.simple.words) + better + ": ";
}

std::string sentence(const std::string& label, const SplitErrors& errors, const Comparison& comparison, const std::string& split) {
  const std::string error = format_short(comparison.error), where = " on the " + split + " split";
  const Standing standing = standing_of(comparison.error, comparison.simple.error);
  if (standing == Standing::unknown) {
    return label + ": " + comparison.subject + " " + error + where + "; there is no last value to compare with.";
  }
  const std::string change = standing == Standing::even ? "." : ", " + describe_change(comparison.error, *comparison.simple.error) + ".";
  const std::string simple = " against " + format_short(*comparison.simple.error) + change;
  if (const auto targets = by_target(errors); targets.size() > 1)
    return label + opening(standing, comparison) + targets_clause(targets, comparison.of_two) + where + "; " + comparison.over_all + error +
           simple;
  return label + opening(standing, comparison) + "its " + comparison.subject + " is " + error + where + simple;
}

/// The sentence on a single target's squared error if it contradicts the absolute one, else empty.
std::string contradiction(const SplitErrors& errors, const Comparison& comparison) {
  if (errors.original.size() != 1 || errors.naive_original.empty()) return {};
  const auto rmse = find_number(errors.original.begin()->second, "rmse");
  const auto naive = better_of(errors, errors.original.begin()->first, "rmse").error;
  if (!rmse || !naive) return {};
  const bool better = standing_of(comparison.error, comparison.simple.error) == Standing::better;
  if (better == (standing_of(*rmse, naive) == Standing::better)) return {};
  return "By root mean squared error, which weighs large misses more, it is " + describe_change(*rmse, *naive) + ": " +
         format_short(*rmse) + " against " + format_short(*naive) + ".";
}

}  // namespace

std::optional<double> find_number(const SplitErrors::Numbers& numbers, std::string_view name) {
  const auto found = numbers.find(name);
  return found == numbers.end() || std::isnan(found->second) ? std::nullopt : std::optional(found->second);
}

const SplitErrors* errors_of(const Evaluation& evaluation, std::string_view split) {
  const auto found = evaluation.splits.find(std::string(split));
  return found == evaluation.splits.end() ? nullptr : &found->second;
}

std::string headline_split(const std::vector<Evaluation>& evaluations) {
  for (const std::string split : {"test", "val", "train"}) {
    if (std::ranges::any_of(evaluations, [&](const Evaluation& e) { return e.splits.contains(split); })) return split;
  }
  return {};
}

Standing standing_of(double error, std::optional<double> naive) {
  if (!naive || !std::isfinite(*naive) || !std::isfinite(error)) return Standing::unknown;
  if (std::abs(error - *naive) <= even_within * std::abs(*naive)) return Standing::even;
  return error < *naive ? Standing::better : Standing::worse;
}

std::string describe_change(double error, double naive) {
  if (standing_of(error, naive) == Standing::even || naive == 0) return "no better";
  double percent = 100 * std::abs(error - naive) / std::abs(naive);
  if (error > 0 && error < naive) percent = std::min(percent, 99.9);  // only a perfect forecast is 100 % better
  std::array<char, 48> text{};
  const bool fine = percent < 9.95 || (percent > 99.45 && percent < 100);
  std::snprintf(text.data(), text.size(), fine ? "%.1f %%" : "%.0f %%", percent);
  return std::string(text.data()) + (error < naive ? " better" : " worse");
}

Simple better_of(const SplitErrors::Numbers& naive, const SplitErrors::Numbers* seasonal, std::string_view metric) {
  const Simple last{find_number(naive, metric)};
  const auto season = seasonal ? find_number(*seasonal, metric) : std::nullopt;
  return season && (!last.error || *season < *last.error) ? Simple{season, "repeating the last season"} : last;
}

Simple better_of(const SplitErrors& errors, const std::string& target, std::string_view metric) {
  const auto naive = errors.naive_original.find(target), seasonal = errors.seasonal_original.find(target);
  return better_of(naive == errors.naive_original.end() ? SplitErrors::Numbers() : naive->second,
                   seasonal == errors.seasonal_original.end() ? nullptr : &seasonal->second, metric);
}

std::string label_of(const Evaluation& evaluation, bool several) {
  if (evaluation.model.empty() || !evaluation.trained) return evaluation.stage;
  return several ? evaluation.stage + " (" + evaluation.model + ")" : evaluation.model;
}

Verdict judge(const std::vector<Evaluation>& evaluations) {
  const std::string split = headline_split(evaluations);
  if (split.empty()) return {Standing::unknown, "No metrics were found: run the evaluate stage.", {}};
  struct Judged {
    const Evaluation* evaluation;
    const SplitErrors* errors;
    Comparison comparison;
  };
  std::vector<Judged> judged;
  for (const Evaluation& evaluation : evaluations) {
    const SplitErrors* errors = errors_of(evaluation, split);
    if (!errors) continue;
    if (auto comparison = compare(*errors)) judged.push_back({&evaluation, errors, std::move(*comparison)});
  }
  if (judged.empty()) return {Standing::unknown, "The metrics hold no error of the " + split + " split.", {}};
  std::ranges::stable_sort(judged, {}, [](const Judged& j) { return std::pair(!j.evaluation->leads, j.comparison.error); });
  const Judged& first = judged.front();
  const bool several = judged.size() > 1;
  std::string introduction;
  if (several && !first.evaluation->leads) introduction = "Lowest error of " + std::to_string(judged.size()) + " models: ";
  if (several && first.evaluation->leads) introduction = "Chosen of " + std::to_string(judged.size()) + " models before testing: ";
  Verdict verdict{standing_of(first.comparison.error, first.comparison.simple.error),
                  introduction + sentence(label_of(*first.evaluation, several), *first.errors, first.comparison, split),
                  {}};
  if (std::string other = contradiction(*first.errors, first.comparison); !other.empty()) {
    verdict.standing = Standing::even;
    verdict.headline += " " + other;
  }
  for (const Judged& other : judged | std::views::drop(1)) {
    verdict.notes.push_back(sentence(label_of(*other.evaluation, several), *other.errors, other.comparison, split));
  }
  return verdict;
}

}  // namespace pipeline::stage::visualize
