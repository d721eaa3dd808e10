#pragma once

#include <optional>

#include "figure.h"
#include "pipeline/value.h"
#include "results.h"

namespace pipeline::stage::visualize {

/// The course of a search: every trial's value, the best one so far, and the importance of each parameter. nullopt if no trial has a value.
[[nodiscard]] std::optional<Figure> search_figure(const Search& search, const std::string& name);

/// The words and tables on a search for report.html. `index` tells several searches apart.
[[nodiscard]] Value search_view(const Search& search, std::size_t index);

}  // namespace pipeline::stage::visualize
