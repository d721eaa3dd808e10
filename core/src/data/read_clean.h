#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

#include "data/cleaning.h"
#include "pipeline/data/series.h"

namespace pipeline {

/// Where data of a known kind are read from.
struct ReadRequest {
  std::filesystem::path file;
  std::string frequency;                     ///< "infer", "1h", "none", ...
  std::size_t required = 0;                  ///< the columns after so many first ones may be absent or empty
  std::filesystem::path scratch;             ///< folder for nameless files
  const std::atomic<int>* cancel = nullptr;  ///< not 0: stop with Error (interrupted)
};

/// Reads a CSV file with the columns, transforms and source options that `info` names; checks the time axis and that logarithms exist, and
/// drops rows where missing = "drop". Values that are missing otherwise are left to fill_missing.
[[nodiscard]] CleanTable read_clean(const ReadRequest& request, const SeriesInfo& info);

}  // namespace pipeline
