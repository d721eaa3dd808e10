#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/guess.h"

namespace pipeline {

/// A file of which most names of columns are times.
struct AcrossGuess {
  CsvFormat format;
  std::string time_format;
  std::vector<std::string> series_columns;
  TimeGuess time;  ///< of the names
  std::int64_t series = 0, times = 0;
};
[[nodiscard]] std::optional<AcrossGuess> guess_dates_across(const std::filesystem::path& file);

}  // namespace pipeline
