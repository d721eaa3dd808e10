#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/node.h"

namespace pipeline {

/// TOML text as a table whose nodes know their place in `file`; dates become strings. Error (usage) with the place if it is no TOML.
[[nodiscard]] Node parse_toml(std::string_view text, const std::string& file);
/// One TOML value, as on the right of `=`; every node stands at `place`. Nothing if the text is no TOML value.
[[nodiscard]] std::optional<Node> parse_toml_value(std::string_view text, const Place& place);

}  // namespace pipeline
