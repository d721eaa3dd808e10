#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results.h"

namespace pipeline::stage::visualize {

/// A model compared with the better of repeating the last value and repeating the last season.
enum class Standing { better, even, worse, unknown };

/// The results in plain words.
struct Verdict {
  Standing standing = Standing::unknown;  ///< of the leading model; even also if its absolute and squared errors disagree
  std::string headline;
  std::vector<std::string> notes;  ///< on the other models
};

/// The split for headlines: "test" if it was evaluated, else val, else train; empty if there is none.
[[nodiscard]] std::string headline_split(const std::vector<Evaluation>& evaluations);
[[nodiscard]] const SplitErrors* errors_of(const Evaluation& evaluation, std::string_view split);
[[nodiscard]] std::optional<double> find_number(const SplitErrors::Numbers& numbers, std::string_view name);

[[nodiscard]] Standing standing_of(double error, std::optional<double> naive);
/// "12 % better", "3.1 % worse", "no better".
[[nodiscard]] std::string describe_change(double error, double naive);

/// The better of two forecasts that need no model, by one metric.
struct Simple {
  std::optional<double> error;
  const char* words = "repeating the last value";
};
/// `seasonal`: of repeating the last season; nullptr, or without the metric: there is only the last value.
[[nodiscard]] Simple better_of(const SplitErrors::Numbers& naive, const SplitErrors::Numbers* seasonal, std::string_view metric);
/// The same for a target in original units.
[[nodiscard]] Simple better_of(const SplitErrors& errors, const std::string& target, std::string_view metric);

/// The stage's name with the model's type if several models are compared, else the model's type.
[[nodiscard]] std::string label_of(const Evaluation& evaluation, bool several);

/// Judges the leading model, which the validation split chose: a choice by the errors shown here would flatter it.
[[nodiscard]] Verdict judge(const std::vector<Evaluation>& evaluations);

}  // namespace pipeline::stage::visualize
