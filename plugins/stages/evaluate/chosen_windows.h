#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/data/windows.h"
#include "pipeline/value.h"

namespace pipeline::stage::evaluate {

/// Which windows of a split are measured. All forecasters of a workflow have the same.
struct OriginChoice {
  std::string origins = "all";  ///< all; every_horizon: so far apart that no row is forecast twice; last: one of each series
  Value step{};           ///< rows from one origin to the next, or a table by the words of a frequency column; null: as `origins` says
  std::int64_t most = 0;  ///< of each series, from the last one back; 0: all
};

/// The numbers of these windows, ascending. Origins are counted back from the one whose forecast ends with the split. Error (usage) for a
/// table that does not fit the words; Error (data) if the split has windows, but none of these.
[[nodiscard]] std::vector<std::int64_t> chosen_windows(const Windows& windows, Split split, const OriginChoice& choice);

}  // namespace pipeline::stage::evaluate
