#include "data/guess_across.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "data/guess_format.h"
#include "data/guess_numbers.h"
#include "data/id_choices.h"
#include "data/time_axis.h"
#include "data/time_parser.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// Formats of times that stand in a heading; the first of equally likely ones wins.
constexpr std::array heading_formats{"",         "%Y",     "%m/%d/%y", "%m/%d/%Y", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y",
                                     "%Y/%m/%d", "%Y%m%d", "%Y%m",     "%b %Y",    "%B %Y",    "%b-%y",    "%m/%Y"};

struct TimesInHeading {
  std::string format;
  std::vector<std::int64_t> times;
  std::vector<std::size_t> columns;

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

/// nullopt unless most names, and five at least, are times that increase.
std::optional<TimesInHeading> times_in_heading(const CsvFile& file) {
  std::optional<TimesInHeading> best;
  for (const char* format : heading_formats) {
    TimeParser parser(format);
    TimesInHeading found{.format = format, .times = {}, .columns = {}};
    for (std::size_t c = 0; c < file.names().size(); ++c) {
      const std::string& name = file.names()[c];
      if (std::string_view(format).empty() && is_whole_number(name)) continue;  // seconds since 1970 head no column
      if (const auto time = parser.parse(name)) found.times.push_back(*time), found.columns.push_back(c);
    }
    const bool most = found.times.size() >= 5 && 2 * found.times.size() > file.names().size();
    const bool increasing = std::ranges::is_sorted(found.times) && std::ranges::adjacent_find(found.times) == found.times.end();
    if (most && increasing && (!best || found.is_likelier(*best))) best = std::move(found);
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

}  // namespace

std::optional<AcrossGuess> guess_dates_across(const std::filesystem::path& file) {
  AcrossGuess guess;
  guess.format = guess_format(file).format;
  const CsvFile csv(file, guess.format);
  const auto heading = times_in_heading(csv);
  if (!heading) return std::nullopt;
  guess.format.numbers = guess_numbers(csv).format;
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
  return guess;
}

}  // namespace pipeline
