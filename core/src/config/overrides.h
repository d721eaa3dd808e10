#pragma once

#include <string>
#include <vector>

#include "config/node.h"

namespace pipeline {

/// Applies --set KEY=VALUE to a workflow. Keys are dotted, entries of lists are named by their type where that is unique, else by their
/// index. A key that leads nowhere is a mistake with the nearest names.
void apply_overrides(Node& root, const std::vector<std::string>& sets, std::vector<Mistake>& mistakes);

}  // namespace pipeline
