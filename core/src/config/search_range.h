#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/check.h"

namespace pipeline {

/// An option that is searched, and every schema it may be an option of.
struct SearchedOption {
  std::string path;
  OptionInfo option;
  std::vector<const Schema*> owners;
};

/// Checks what the search says of one option: { low, high, step, log }, { choices }, a list of choices, or {} for the option's own range.
/// The same with nothing left out, numbers in the option's type; nothing where it is mistaken.
[[nodiscard]] std::optional<Value> check_range(CheckContext& context, const SearchedOption& searched, const Node& node);

}  // namespace pipeline
