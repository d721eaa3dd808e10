#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/node.h"

namespace pipeline {

/// A KEY=VALUE of --set.
struct Override {
  Place place;
  std::vector<std::string> path;  ///< the key's parts, none of them empty
  Node value;
};
/// The parts of one --set; nullopt adds the mistake in its form. The value is TOML; a bare word is a string.
[[nodiscard]] std::optional<Override> parse_override(const std::string& text, std::vector<Mistake>& mistakes);

/// Applies --set KEY=VALUE to a workflow. Keys are dotted, entries of lists are named by their type where that is unique, else by their
/// index. A key that leads nowhere is a mistake with the nearest names.
void apply_overrides(Node& root, const std::vector<std::string>& sets, std::vector<Mistake>& mistakes);

}  // namespace pipeline
