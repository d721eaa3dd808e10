#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/csv_format.h"
#include "pipeline/data/series.h"

namespace pipeline {

/// The columns that are fixed in a series, as a file holds them.
struct StaticColumns {
  std::vector<double> numbers;      ///< [series, SeriesInfo::fixed], NaN where a series has none
  std::vector<std::int32_t> codes;  ///< [series, SeriesInfo::fixed_words]
  std::vector<bool> found;          ///< [series] whether a row of the series was there
};

/// Where they are read from.
struct StaticRequest {
  std::vector<std::filesystem::path> files;
  CsvFormat format;
  std::vector<std::string> series_columns;
  const std::vector<std::string>& ids;  ///< of the series; rows of others are passed over
};

/// Reads the static columns of `info` and the words that it does not know yet: with `learn_words` each new one is added to info.words, else
/// its code is 0. Error (data) with both lines where a series has two values.
[[nodiscard]] StaticColumns read_static_columns(const StaticRequest& request, SeriesInfo& info, bool learn_words);

/// Sets center and scale of info.fixed to mean and population deviation over the series that have training rows, `trains`, unless their
/// scaler is "none"; a constant column keeps scale 1. Keeps the words of these series alone, and codes them anew.
void fit_static(StaticColumns& columns, const std::vector<bool>& trains, SeriesInfo& info);
/// The numbers as a model sees them.
[[nodiscard]] std::vector<float> scaled_static(const StaticColumns& columns, const SeriesInfo& info);

/// Error (data) for the first series without a number.
void require_static_numbers(const StaticColumns& columns, const SeriesInfo& info, const std::vector<std::string>& ids,
                            const std::string& origin);

}  // namespace pipeline
