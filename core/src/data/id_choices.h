#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/csv_reader.h"
#include "data/series_ids.h"

/// The choices of columns that may tell the series of a file apart.
namespace pipeline {

/// Columns that are looked at, at most.
inline constexpr std::size_t most_id_candidates = 8;

[[nodiscard]] bool is_whole_number(std::string_view cell);

/// A column whose values repeat.
struct IdCandidate {
  std::size_t column = 0;
  bool words = true;
  bool named = false;  ///< for an id
};

/// Each candidate alone, then each two of them in the order of the file; as few as a file can be read for.
[[nodiscard]] std::vector<std::vector<std::size_t>> choices_of(const std::vector<IdCandidate>& candidates);
[[nodiscard]] std::vector<std::string> names_of(const CsvFile& file, const std::vector<std::size_t>& columns);
/// The number of each row's series by the columns; empty if some row has no id.
[[nodiscard]] std::vector<std::int64_t> series_of_rows(const CsvFile& file, const std::vector<std::size_t>& columns, SeriesIds& ids);

}  // namespace pipeline
