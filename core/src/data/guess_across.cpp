#include "data/guess_across.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <span>
#include <utility>

#include "data/column_facts.h"
#include "data/guess_format.h"
#include "data/guess_numbers.h"
#include "data/id_choices.h"
#include "data/time_axis.h"
#include "data/time_parser.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// Formats of times that stand in a heading; the first of equally likely ones wins.
constexpr std::array heading_formats{"",       "%Y",   "%m/%d/%y", "%m/%d/%Y", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%Y/%m/%d",
                                     "%Y%m%d", "%Y%m", "%b %Y",    "%B %Y",    "%b-%y",    "%m/%Y",    "%Y [YR%Y]"};

struct TimesInHeading {
  std::string format;
  std::vector<std::int64_t> times;   // increasing
  std::vector<std::size_t> columns;  // in the order of the file
  bool newest_first = false;         // the file's order is the other one

  /// The number of gaps; an irregular axis has one after each time.
  [[nodiscard]] std::int64_t gaps() const {
    const Frequency frequency = infer_frequency(times);
    std::int64_t count = frequency.irregular() ? std::ssize(times) : 0;
    for (std::size_t i = 1; !frequency.irregular() && i < times.size(); ++i) count += frequency.follows(times[i - 1], times[i]) ? 0 : 1;
    return count;
  }
  /// Whether it reads more names, or as many with fewer gaps: days before months, or months before days.
  [[nodiscard]] bool is_likelier(const TimesInHeading& than) const {
    return times.size() != than.times.size() ? times.size() > than.times.size() : gaps() < than.gaps();
  }
};

/// Whether the times increase; times that decrease are turned round.
bool run_one_way(TimesInHeading& found) {
  found.newest_first = found.times.front() > found.times.back();
  if (found.newest_first) std::ranges::reverse(found.times);
  return std::ranges::adjacent_find(found.times, std::ranges::greater_equal()) == found.times.end();
}

/// nullopt unless most names, and five at least, are times that increase, or that decrease.
std::optional<TimesInHeading> times_in_heading(const CsvFile& file) {
  std::optional<TimesInHeading> best;
  for (const char* format : heading_formats) {
    TimeParser parser(format);
    TimesInHeading found{.format = format, .times = {}, .columns = {}, .newest_first = false};
    for (std::size_t c = 0; c < file.names().size(); ++c) {
      const std::string& name = file.names()[c];
      if (std::string_view(format).empty() && is_whole_number(name)) continue;  // seconds since 1970 head no column
      if (const auto time = parser.parse(name)) found.times.push_back(*time), found.columns.push_back(c);
    }
    const bool most = found.times.size() >= 5 && 2 * found.times.size() > file.names().size();
    if (most && run_one_way(found) && (!best || found.is_likelier(*best))) best = std::move(found);
  }
  return best;
}

/// The columns of words, or else of whole numbers, that give each row another id: one if one is enough, else two, else all of words.
std::vector<std::string> ids_of_rows(const CsvFile& file, const TimesInHeading& heading, std::int64_t& rows_found) {
  std::vector<std::size_t> others;
  for (std::size_t c = 0; c < file.names().size() && others.size() < most_id_candidates; ++c) {
    if (!std::ranges::binary_search(heading.columns, c) && !file.names()[c].empty()) others.push_back(c);
  }
  std::vector<IdCandidate> words, numbers;
  for (const std::size_t c : others) {
    CsvReader rows(file, {}, std::span(&c, 1));
    bool any_word = false, all_whole = true;
    while (rows.next(nullptr)) {
      const std::string_view cell = rows.text(0);
      if (is_missing_cell(cell)) continue;
      any_word = any_word || !number_in_cell(cell, file.format().numbers);
      all_whole = all_whole && is_whole_number(cell);
    }
    if (any_word) {
      words.push_back({c, true});
    } else if (all_whole) {
      numbers.push_back({c, false});
    }
  }
  const std::size_t of_words = words.size();
  words.insert(words.end(), numbers.begin(), numbers.end());
  for (const std::vector<std::size_t>& columns : choices_of(words)) {
    SeriesIds ids;
    const std::vector<std::int64_t> series = series_of_rows(file, columns, ids);
    if (series.empty() || ids.size() != std::ssize(series)) continue;
    rows_found = ids.size();
    return names_of(file, columns);
  }
  std::vector<std::string> all;
  for (std::size_t i = 0; i < of_words; ++i) all.push_back(file.names()[words[i].column]);
  return all;
}

/// Whether the least number of a series stands far below its others, however often.
bool least_is_outside(const ColumnFacts& series) {
  constexpr double far = 5;  // times the range of the others
  const double others = series.smallest.next + series.largest.value, away = series.smallest.value - series.smallest.next;
  return series.smallest.has_next && others > 0 && away > far * others;
}

/// A number below 0 that stands for a missing value: the only such number of the table, far outside the others of a series. It stands there
/// several times, or is written as people write what is missing.
std::optional<double> only_negative(const ColumnFacts& all, const std::vector<ColumnFacts>& series) {
  const double number = -all.smallest.value;
  if (number >= 0 || !all.smallest.has_next || all.smallest.next > 0) return std::nullopt;
  constexpr std::array usual{-99., -999., -9999., -99999.};
  if (all.smallest.count == 1 && std::ranges::find(usual, number) == usual.end()) return std::nullopt;
  const bool is_outside =
      std::ranges::any_of(series, [&](const ColumnFacts& one) { return -one.smallest.value == number && least_is_outside(one); });
  return is_outside ? std::optional(number) : std::nullopt;
}

std::string in_cells(std::int64_t count) { return ", in " + format_count(count) + (count == 1 ? " cell" : " cells"); }

/// Takes what means "missing" among the values.
void take_missing(const CsvFile& file, const TimesInHeading& heading, AcrossGuess& guess) {
  ColumnFacts all;
  std::vector<ColumnFacts> series;
  CsvReader rows(file, {}, heading.columns);
  for (std::int64_t cell = 0; rows.next(nullptr);) {
    ColumnFacts& one = series.emplace_back();
    for (std::size_t i = 0; i < heading.columns.size(); ++i, ++cell) {
      add_cell(all, rows.text(i), guess.format.numbers, cell);
      add_cell(one, rows.text(i), guess.format.numbers, cell);
    }
  }
  if (all.words > 0 && is_missing_word(all, all.numbers + all.missing + all.words)) {
    guess.format.missing.words.push_back(all.word);
    guess.notes.push_back("missing: \"" + all.word + "\"" + in_cells(all.words));
  }
  std::optional<double> sentinel = sentinel_of(all);
  if (!sentinel) sentinel = only_negative(all, series);
  if (!sentinel) return;
  guess.format.missing.numbers.push_back(*sentinel);
  guess.notes.push_back("missing: " + plain_text(*sentinel) + in_cells((*sentinel < 0 ? all.smallest : all.largest).count) +
                        ", far outside the other numbers; if it was measured, remove it from na_values");
}

/// The rows of each series from its first value to its last.
void take_rows(const CsvFile& file, const TimesInHeading& heading, const Frequency& frequency, AcrossGuess& guess) {
  CsvReader rows(file, heading.columns, {});
  std::vector<double> values(heading.columns.size());
  const auto is_missing = [](double value) { return std::isnan(value); };
  while (rows.next(values.data())) {
    RowsOfSeries& series = guess.rows.emplace_back();
    if (heading.newest_first) std::ranges::reverse(values);
    const auto first = std::ranges::find_if_not(values, is_missing);
    const auto end = std::find_if_not(values.rbegin(), std::make_reverse_iterator(first), is_missing).base();
    for (auto value = first; value != end; ++value) {
      series.times.push_back(heading.times[static_cast<std::size_t>(value - values.begin())]);
      series.complete.push_back(!is_missing(*value));
    }
    guess.missing_cells += std::ranges::count(series.complete, false);
    mark_gaps(series, frequency);
  }
}

}  // namespace

std::optional<AcrossGuess> guess_dates_across(const std::filesystem::path& file) {
  AcrossGuess guess;
  guess.format = guess_format(file).format;
  const CsvFile csv(file, guess.format);
  const auto heading = times_in_heading(csv);
  if (!heading) return std::nullopt;
  const NumbersGuess numbers = guess_numbers(csv);
  guess.format.numbers = numbers.format;
  guess.notes = numbers.notes;
  guess.series_columns = ids_of_rows(csv, *heading, guess.series);
  if (guess.series_columns.empty())
    throw data_error(file.string() +
                     ": most names of its columns are times, and no other column tells its rows apart: add one with an id "
                     "for each row");
  guess.time_format = heading->format;
  guess.times = std::ssize(heading->times);
  const Frequency frequency = infer_frequency(heading->times);
  guess.time.frequency = frequency.text();
  guess.time.step_ns = frequency.step_ns;
  for (std::size_t i = 1; i < heading->times.size() && !frequency.irregular(); ++i) {
    if (!frequency.follows(heading->times[i - 1], heading->times[i])) guess.time.gap_rows.push_back(static_cast<std::int64_t>(i));
  }
  take_missing(CsvFile(file, guess.format), *heading, guess);
  take_rows(CsvFile(file, guess.format), *heading, frequency, guess);
  return guess;
}

}  // namespace pipeline
