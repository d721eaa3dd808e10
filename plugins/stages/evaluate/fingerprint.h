#pragma once

#include <string>
#include <vector>

#include "pipeline/data/origins.h"
#include "pipeline/data/windows.h"

namespace pipeline::stage::evaluate {

/// Tells apart what models are measured on: the same for two runs if and only if their windows of these splits have the same series,
/// origins, horizons, target names and targets in original units (but for an accident of one in 2^64). 16 hexadecimal digits.
[[nodiscard]] std::string fingerprint(const Windows& windows, const std::vector<Split>& splits, const OriginChoice& origins);

}  // namespace pipeline::stage::evaluate
