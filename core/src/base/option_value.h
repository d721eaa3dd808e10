#pragma once

#include <optional>
#include <string>

#include "pipeline/schema.h"

namespace pipeline {

/// Why the option does not take this value, as a sentence without a place; nullopt if it takes it.
[[nodiscard]] std::optional<std::string> value_mistake(const OptionInfo& option, const Value& given);

/// Whether the values are equal, whichever way a number is written.
[[nodiscard]] bool is_same_value(const Value& a, const Value& b);

/// The sentence against a rule of kind `restricts` where its options have these values; nullopt if it holds.
[[nodiscard]] std::optional<std::string> restriction_mistake(const OptionRule& rule, const Value& first, const Value& second);

/// Whether the whole text has the form. Longer texts than any option needs have none: the matching takes stack for each character.
[[nodiscard]] bool has_form(const std::string& text, const TextForm& form);

}  // namespace pipeline
