#include "data/counted_series.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "data/id_search.h"
#include "data/time_names.h"

namespace pipeline {
namespace {

/// Columns of whole numbers without a gap that do not count the rows of the file.
std::vector<std::size_t> possible_counts(const ColumnGuess& columns) {
  std::vector<std::size_t> out;
  for (const ColumnFacts& column : columns.columns) {
    const bool all_numbers = column.numbers == columns.rows && !column.shares_name && !column.name.empty();
    if (all_numbers && !column.constant && !column.counts_rows) out.push_back(column.index);
  }
  return out;
}

/// The first of the columns that counts the rows of each series one by one, and begins anew in some.
std::optional<std::size_t> count_of_series(const CsvFile& file, const RowSeries& series, const std::vector<std::size_t>& columns) {
  std::vector<std::vector<std::int64_t>> last(columns.size(), std::vector<std::int64_t>(static_cast<std::size_t>(series.count), -1));
  std::vector<std::int64_t> largest(columns.size(), -1);
  std::vector<bool> counts(columns.size(), true), begins_anew(columns.size());
  CsvReader rows(file, {}, columns);
  for (std::size_t row = 0; row < series.of_row.size() && rows.next(nullptr); ++row) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (!counts[c]) continue;
      const std::string_view cell = rows.text(c);
      std::int64_t now = 0;
      const bool is_read = is_whole_number(cell) && std::from_chars(cell.data(), cell.data() + cell.size(), now).ec == std::errc();
      std::int64_t& before = last[c][static_cast<std::size_t>(series.of_row[row])];
      counts[c] = is_read && (before < 0 || now == before + 1);
      begins_anew[c] = begins_anew[c] || (before < 0 && now <= largest[c]);
      before = now, largest[c] = std::max(largest[c], now);
    }
  }
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (counts[c] && begins_anew[c]) return columns[c];
  }
  return std::nullopt;
}

std::int64_t median_rows(const RowSeries& series) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(series.count));
  for (const std::int64_t s : series.of_row) ++rows[static_cast<std::size_t>(s)];
  const auto middle = rows.begin() + std::ssize(rows) / 2;
  std::ranges::nth_element(rows, middle);
  return *middle;
}

}  // namespace

std::optional<LongGuess> guess_counted_series(const CsvFile& file, const ColumnGuess& columns, const std::vector<IdCandidate>& candidates) {
  const std::vector<std::size_t> possible = possible_counts(columns);
  std::vector<IdCandidate> likely;  // other numbers may count the rows themselves
  std::ranges::copy_if(candidates, std::back_inserter(likely), [](const IdCandidate& c) { return c.words || c.named; });
  for (const std::vector<std::size_t>& choice : choices_of(likely)) {
    SeriesIds ids;
    RowSeries series{series_of_rows(file, choice, ids), 0};
    series.count = ids.size();
    if (series.of_row.empty() || series.count * least_rows_of_a_series > columns.rows) continue;
    const auto counter = count_of_series(file, series, possible);
    const std::vector<std::string> names = names_of(file, choice);
    if (!counter && !(names.size() == 1 && is_series_name(names.front()))) continue;
    LongGuess guess{.ids = {.columns = names, .series = series.count, .repeats = 0}, .time = {}, .usual_rows = median_rows(series)};
    if (counter) guess.counter = file.names()[*counter];
    return guess;
  }
  return std::nullopt;
}

}  // namespace pipeline
