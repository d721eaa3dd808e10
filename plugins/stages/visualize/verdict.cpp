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

/// The error that decides: of a single target in its own units, else over all targets on the scaled series.
struct Comparison {
  double error = 0;
  std::optional<double> naive;
  std::string subject;  ///< "mean error on OT", "mean squared error (scaled)"
};

/// A target's mean absolute error, and the naive forecast's.
struct TargetErrors {
  std::string target;
  double mae = 0;
  std::optional<double> naive;
};

std::vector<TargetErrors> by_target(const SplitErrors& errors) {
  std::vector<TargetErrors> out;
  for (const auto& [target, numbers] : errors.original) {
    const auto mae = find_number(numbers, "mae");
    const auto naive = errors.naive_original.find(target);
    if (mae) out.push_back({target, *mae, naive == errors.naive_original.end() ? std::nullopt : find_number(naive->second, "mae")});
  }
  return out;
}

std::optional<Comparison> compare(const SplitErrors& errors) {
  if (const auto targets = by_target(errors); targets.size() == 1) {
    return Comparison{targets[0].mae, targets[0].naive, "mean error on " + targets[0].target};
  }
  const auto mse = find_number(errors.scaled, "mse");
  if (!mse) return std::nullopt;
  return Comparison{*mse, find_number(errors.naive_scaled, "mse"), "mean squared error (scaled)"};
}

/// "its mean error is 1.270 against 1.440 on OT, 3.1 against 4.2 on HUFL", or the number of targets with a lower error if there are many.
std::string targets_clause(const std::vector<TargetErrors>& targets) {
  if (targets.size() > listed_targets) {
    const auto ahead =
        std::ranges::count_if(targets, [](const TargetErrors& t) { return standing_of(t.mae, t.naive) == Standing::better; });
    return "its mean error is below the last value's on " + std::to_string(ahead) + " of " + std::to_string(targets.size()) + " targets";
  }
  std::string clause;
  for (const TargetErrors& t : targets) {
    clause += clause.empty() ? "its mean error is " : ", ";
    clause += format_short(t.mae) + " against " + format_short(t.naive.value_or(NAN)) + " on " + t.target;
  }
  return clause;
}

std::string opening(Standing standing) {
  if (standing == Standing::better) return " beats repeating the last value: ";
  return standing == Standing::even ? " is no better than repeating the last value: " : " does not beat repeating the last value: ";
}

std::string sentence(const std::string& label, const SplitErrors& errors, const Comparison& comparison, const std::string& split) {
  const std::string error = format_short(comparison.error), where = " on the " + split + " split";
  const Standing standing = standing_of(comparison.error, comparison.naive);
  if (standing == Standing::unknown) {
    return label + ": " + comparison.subject + " " + error + where + "; there is no last value to compare with.";
  }
  const std::string change = standing == Standing::even ? "." : ", " + describe_change(comparison.error, *comparison.naive) + ".";
  const std::string naive = " against " + format_short(*comparison.naive) + change;
  if (const auto targets = by_target(errors); targets.size() > 1) {
    return label + opening(standing) + targets_clause(targets) + where +
           "; over all of them, on the scaled series, its mean squared error is " + error + naive;
  }
  return label + opening(standing) + "its " + comparison.subject + " is " + error + where + naive;
}

/// The sentence on a single target's squared error if it contradicts the absolute one, else empty.
std::string contradiction(const SplitErrors& errors, const Comparison& comparison) {
  if (errors.original.size() != 1 || errors.naive_original.empty()) return {};
  const auto rmse = find_number(errors.original.begin()->second, "rmse"),
             naive = find_number(errors.naive_original.begin()->second, "rmse");
  if (!rmse || !naive) return {};
  const bool better = standing_of(comparison.error, comparison.naive) == Standing::better;
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

bool was_trained(const Evaluation& evaluation) { return evaluation.stage.find('/') == std::string::npos; }

std::string label_of(const Evaluation& evaluation, bool several) {
  if (evaluation.model.empty() || !was_trained(evaluation)) return evaluation.stage;
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
  const auto alike =
      std::ranges::count_if(judged, [&](const Judged& other) { return was_trained(*other.evaluation) == was_trained(*first.evaluation); });
  std::string introduction;  // trained models are chosen among trained ones
  if (several && !first.evaluation->leads) introduction = "Lowest error of " + std::to_string(judged.size()) + " models: ";
  if (first.evaluation->leads && alike > 1) introduction = "Chosen of " + std::to_string(alike) + " models before testing: ";
  Verdict verdict{standing_of(first.comparison.error, first.comparison.naive),
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
