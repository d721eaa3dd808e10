#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results.h"

namespace pipeline::stage::visualize {

/// How a model stands against repeating the last value.
enum class Standing { better, even, worse, unknown };

/// What the results say in plain words.
struct Verdict {
  Standing standing = Standing::unknown;  ///< of the leading model; even, too, where its absolute and its squared error disagree
  std::string headline;
  std::vector<std::string> notes;  ///< on further models
};

/// The split that headlines speak of: "test" where it was evaluated, else val, else train. Empty: none.
[[nodiscard]] std::string headline_split(const std::vector<Evaluation>& evaluations);
[[nodiscard]] const SplitErrors* errors_of(const Evaluation& evaluation, std::string_view split);
[[nodiscard]] std::optional<double> find_number(const SplitErrors::Numbers& numbers, std::string_view name);

[[nodiscard]] Standing standing_of(double error, std::optional<double> naive);
/// "12 % better", "3.1 % worse", "no better".
[[nodiscard]] std::string describe_change(double error, double naive);
/// The stage's name with the model's type where several models are compared, else the model's type.
[[nodiscard]] std::string label_of(const Evaluation& evaluation, bool several);

/// On the model that leads, which the validation split chose: choosing by the errors told here would flatter it.
[[nodiscard]] Verdict judge(const std::vector<Evaluation>& evaluations);

}  // namespace pipeline::stage::visualize
