#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "data/cleaning.h"
#include "pipeline/data/series.h"

namespace pipeline {

/// The file to read, and how.
struct ReadRequest {
  std::filesystem::path file;
  std::string frequency;                     ///< "infer", "1h", "none", ...
  std::size_t required = 0;                  ///< number of leading columns that must exist; the others may be absent or empty
  std::filesystem::path scratch;             ///< folder for nameless files
  std::shared_ptr<const TimeZone> zone{};    ///< of times without an offset; null: none is named
  const std::atomic<int>* cancel = nullptr;  ///< not 0: stop with Error (interrupted)
};

/// Reads a CSV file with the columns, transforms and source options in `info`. Checks the time axis and that logarithms exist. Drops rows
/// with missing values if missing = "drop"; otherwise fill_missing() treats them.
[[nodiscard]] CleanTable read_clean(const ReadRequest& request, const SeriesInfo& info);

}  // namespace pipeline
