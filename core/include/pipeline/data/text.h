#pragma once

#include <concepts>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"

namespace pipeline {

/// The parts with a separator between them: "a, b, c".
[[nodiscard]] PIPELINE_EXPORT std::string join(const std::vector<std::string>& parts, std::string_view separator = ", ");
/// The same for the texts that `text_of` returns for the items.
template <std::ranges::input_range Items, class Text>
requires std::invocable<Text, std::ranges::range_reference_t<const Items>>
[[nodiscard]] std::string join(const Items& items, Text text_of, std::string_view separator = ", ") {
  std::vector<std::string> parts;
  for (const auto& item : items) parts.emplace_back(text_of(item));
  return join(parts, separator);
}
/// "a, b and c".
[[nodiscard]] PIPELINE_EXPORT std::string join_names(const std::vector<std::string>& names);
/// The text with a full stop, unless it ends with a question mark, so that another sentence can follow.
[[nodiscard]] PIPELINE_EXPORT std::string closed_sentence(std::string text);

}  // namespace pipeline
