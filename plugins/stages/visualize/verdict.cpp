#include "verdict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ranges>

#include "pipeline/files.h"

namespace pipeline::stage::visualize {

namespace {

/// Relative; a forecast this close to the repeated last value is that value.
constexpr double even_within = 1e-6;

/// The error a headline compares: of the only target in its own units, else over all targets on the scaled series.
struct Comparison {
  double error = 0;
  std::optional<double> naive;
  std::string sentence_start;  ///< "mean error on OT", "mean squared error over its 7 targets (scaled)"
};

std::optional<Comparison> compare(const SplitErrors& errors) {
  if (errors.original.size() == 1) {
    const auto& [target, numbers] = *errors.original.begin();
    const auto mae = find_number(numbers, "mae");
    const auto naive = errors.naive_original.find(target);
    if (mae) {
      return Comparison{*mae, naive == errors.naive_original.end() ? std::nullopt : find_number(naive->second, "mae"),
                        "mean error on " + target};
    }
  }
  const auto mse = find_number(errors.scaled, "mse");
  if (!mse) return std::nullopt;
  const std::size_t targets = errors.original.size();
  const std::string scope =
      targets > 1 ? "mean squared error over its " + std::to_string(targets) + " targets (scaled)" : "mean squared error (scaled)";
  return Comparison{*mse, find_number(errors.naive_scaled, "mse"), scope};
}

std::string sentence(const std::string& label, const Comparison& comparison, const std::string& split) {
  const std::string error = format_short(comparison.error), where = " on the " + split + " split";
  if (!comparison.naive)
    return label + ": " + comparison.sentence_start + " " + error + where + "; there is no last value to compare with.";
  const std::string naive = format_short(*comparison.naive), change = describe_change(comparison.error, *comparison.naive);
  switch (standing_of(comparison.error, comparison.naive)) {
    case Standing::worse:
      return label + " does not beat repeating the last value: its " + comparison.sentence_start + " is " + error + where + " against " +
             naive + ", " + change + ".";
    case Standing::even:
      return label + " is no better than repeating the last value: its " + comparison.sentence_start + " is " + error + where +
             " against " + naive + ".";
    default:
      return label + " beats repeating the last value: its " + comparison.sentence_start + " is " + error + where + " against " + naive +
             ", " + change + ".";
  }
}

/// What a single target's squared error says where it contradicts the absolute one, else empty.
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

/// On how many of several targets the model is ahead.
std::string targets_ahead(const SplitErrors& errors) {
  std::size_t ahead = 0, compared = 0;
  for (const auto& [target, numbers] : errors.original) {
    const auto naive = errors.naive_original.find(target);
    const auto mae = find_number(numbers, "mae");
    if (naive == errors.naive_original.end() || !mae) continue;
    ++compared;
    if (standing_of(*mae, find_number(naive->second, "mae")) == Standing::better) ++ahead;
  }
  if (compared < 2) return {};
  return "In original units its mean error is below the last value's on " + std::to_string(ahead) + " of " + std::to_string(compared) +
         " targets.";
}

}  // namespace

std::optional<double> find_number(const SplitErrors::Numbers& numbers, std::string_view name) {
  const auto found = numbers.find(name);
  return found == numbers.end() ? std::nullopt : std::optional(found->second);
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
  const double percent = 100 * std::abs(error - naive) / std::abs(naive);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), percent < 9.95 ? "%.1f %%" : "%.0f %%", percent);
  return std::string(text.data()) + (error < naive ? " better" : " worse");
}

std::string label_of(const Evaluation& evaluation, bool several) {
  if (evaluation.model.empty()) return evaluation.stage;
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
  std::ranges::stable_sort(judged, {}, [](const Judged& j) { return j.comparison.error; });
  const Judged& best = judged.front();
  const bool several = judged.size() > 1;
  const std::string introduction = several ? "Best of " + std::to_string(judged.size()) + " models: " : "";
  Verdict verdict{standing_of(best.comparison.error, best.comparison.naive),
                  introduction + sentence(label_of(*best.evaluation, several), best.comparison, split),
                  {}};
  if (std::string other = contradiction(*best.errors, best.comparison); !other.empty()) {
    verdict.standing = Standing::even;
    verdict.headline += " " + other;
  }
  if (std::string ahead = targets_ahead(*best.errors); !ahead.empty()) verdict.notes.push_back(std::move(ahead));
  for (const Judged& other : judged | std::views::drop(1)) {
    verdict.notes.push_back(sentence(label_of(*other.evaluation, several), other.comparison, split));
  }
  return verdict;
}

}  // namespace pipeline::stage::visualize
