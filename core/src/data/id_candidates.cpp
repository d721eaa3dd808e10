#include "data/id_candidates.h"

#include <algorithm>

#include "data/column_times.h"
#include "data/id_search.h"
#include "data/time_forms.h"
#include "data/time_names.h"
#include "pipeline/data/files.h"
#include "pipeline/data/text.h"

namespace pipeline {
namespace {

constexpr std::size_t most_columns_read = 64, most_candidates = 12;

/// What is known of a column so far.
struct Seen {
  SeriesIds values;
  bool whole = true, usable = true;

  void add(std::string_view cell, const CsvFile& file, std::int64_t count) {
    usable = usable && !is_missing_cell(cell);
    if (!usable) return;
    const bool is_whole = is_whole_number(cell);
    usable = is_whole || !number_in_cell(cell, file.format().numbers);  // 1.5 is no id
    whole = whole && is_whole;
    if (usable) values.number_of(cell);
    if (values.size() > 1000 && values.size() * least_rows_of_a_series > count) usable = false;
  }
};

std::vector<std::size_t> columns_to_read(const CsvFile& file, const std::vector<std::string>& without) {
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < file.names().size() && columns.size() < most_columns_read; ++c) {
    const std::string& name = file.names()[c];
    const bool is_other = name.empty() || is_part_of_time_name(name) || std::ranges::find(without, name) != without.end();
    if (!is_other && std::ranges::count(file.names(), name) == 1) columns.push_back(c);
  }
  return columns;
}

/// Whether the first words of a column are times.
bool holds_times(const CsvFile& file, const IdCandidate& candidate) {
  constexpr std::int64_t rows_tried = 100;
  if (!candidate.words) return false;
  const auto readings = read_in_forms(file, {file.names()[candidate.column]}, time_forms(), rows_tried);
  return std::ranges::any_of(readings, [](const ColumnTimes& read) { return read.odd_count == 0; });
}

}  // namespace

std::vector<IdCandidate> id_candidates(const CsvFile& file, const std::vector<std::string>& without) {
  const std::vector<std::size_t> columns = columns_to_read(file, without);
  std::vector<Seen> seen(columns.size());
  CsvReader rows(file, {}, columns);
  std::int64_t count = 0;
  for (; rows.next(nullptr); ++count) {
    for (std::size_t i = 0; i < columns.size(); ++i) seen[i].add(rows.text(i), file, count);
  }
  std::vector<IdCandidate> found;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::int64_t values = seen[i].values.size();
    const IdCandidate candidate{columns[i], !seen[i].whole, is_id_name(file.names()[columns[i]])};
    if (seen[i].usable && values >= 2 && values * least_rows_of_a_series <= count && !holds_times(file, candidate))
      found.push_back(candidate);
  }
  // Numbers without an id's name may be measurements.
  std::ranges::stable_sort(found, std::ranges::greater(), [](const IdCandidate& c) { return c.words ? 2 : c.named ? 1 : 0; });
  if (found.size() > most_candidates) found.resize(most_candidates);
  return found;
}

}  // namespace pipeline
