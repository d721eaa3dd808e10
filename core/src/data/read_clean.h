#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/cleaning.h"
#include "data/future_rows.h"
#include "pipeline/data/series.h"

namespace pipeline {

/// ReadRequest::required where all columns must exist.
inline constexpr std::size_t no_optional_columns = static_cast<std::size_t>(-1);

/// The files to read, and how.
struct ReadRequest {
  std::vector<std::filesystem::path> files;
  std::string frequency;                     ///< "infer", "1h", "none", ...; empty: of each series that of its group in info.panel
  std::size_t required = 0;                  ///< number of leading columns that must exist; the others may be absent or empty
  std::filesystem::path scratch;             ///< folder for nameless files
  FutureRows* future = nullptr;              ///< takes rows with columns known ahead after the last targets; null: there are none
  std::int64_t without_targets = 0;          ///< of a series without targets, the number of its last rows that are such
  bool learn_words = true;                   ///< the words of columns of words are those of the file, not those of the series
  bool all_series = true;                    ///< of layout wide: each column that is a series must exist
  std::shared_ptr<const TimeZone> zone{};    ///< of times without an offset; null: none is named
  const std::atomic<int>* cancel = nullptr;  ///< not 0: stop with Error (interrupted)
};

/// Error (data) with file and line for a value that has no logarithm, in a column whose transform takes one. `columns`: those of the table.
void require_positive(const CleanTable& data, std::span<const ColumnTransform> columns);

/// Reads CSV files with the columns, transforms and source options in `info`. Checks the time axis and that logarithms exist. Drops rows
/// with missing values if missing = "drop"; otherwise fill_missing() treats them.
[[nodiscard]] CleanTable read_clean(const ReadRequest& request, const SeriesInfo& info);

}  // namespace pipeline
