#pragma once

#include <optional>

#include "figure.h"
#include "pipeline/value.h"
#include "results.h"

namespace pipeline::stage::visualize {

/// How a search went: every trial's value and the best so far by trial, and how much each parameter mattered. Nothing where no trial has a
/// value.
[[nodiscard]] std::optional<Figure> search_figure(const Search& search, const std::string& name);

/// What the report says of a search in words and tables, for report.html. `index` tells several apart.
[[nodiscard]] Value search_view(const Search& search, std::size_t index);

}  // namespace pipeline::stage::visualize
