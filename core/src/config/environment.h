#pragma once

#include <string>
#include <vector>

#include "config/node.h"

namespace pipeline {

/// Replaces `${env:NAME}` and `${env:NAME:-default}` in every string of a tree; `$${` stands for `${` itself. An unset variable is a
/// mistake at the string's place.
void expand_environment(Node& node, std::vector<Mistake>& mistakes);
/// The same for one text.
[[nodiscard]] std::string expand_environment(const std::string& text, const Place& place, std::vector<Mistake>& mistakes);
/// The text that expands to this one: each `${` written as `$${`.
[[nodiscard]] std::string escape_environment(const std::string& text);

}  // namespace pipeline
