#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/check.h"

namespace pipeline {

/// A searched option, and every schema that may contain it.
struct SearchedOption {
  std::string path;
  OptionInfo option;
  std::vector<const Schema*> owners;
  Value beside{Value::Map{}};         ///< the options of its table, for rules across options
  std::vector<std::string> others{};  ///< the options of its table that are searched too: their values are not known
};

/// Checks the search of one option: { low, high, step, log }, { choices }, a list of choices, or {} for the option's own range. Returns it
/// complete, with numbers in the option's type; nothing if there is a mistake.
[[nodiscard]] std::optional<Value> check_range(CheckContext& context, const SearchedOption& searched, const Node& node);

}  // namespace pipeline
