#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results.h"

namespace pipeline::stage::visualize {

/// A model compared with repeating the last value.
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
/// Whether a stage trained it; false for a model of an artifact "forecasts", which is named "baselines/Theta".
[[nodiscard]] bool was_trained(const Evaluation& evaluation);
/// The stage's name with the model's type if several models are compared, else the model's type.
[[nodiscard]] std::string label_of(const Evaluation& evaluation, bool several);

/// Judges the leading model, which the validation split chose: a choice by the errors shown here would flatter it.
[[nodiscard]] Verdict judge(const std::vector<Evaluation>& evaluations);

}  // namespace pipeline::stage::visualize
