#include "data/guess_series.h"

#include <unistd.h>
#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "data/guess_format.h"
#include "data/guess_numbers.h"
#include "data/series_ids.h"
#include "data/time_axis.h"
#include "data/time_parser.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr std::size_t most_candidates = 8, most_choices = 16;
constexpr std::int64_t least_rows_of_a_series = 3;

bool is_in(const std::vector<std::string>& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

bool is_whole_number(std::string_view cell) {
  return !cell.empty() && std::ranges::all_of(cell, [](char c) { return c >= '0' && c <= '9'; });
}

/// A column whose values repeat.
struct Candidate {
  std::size_t column = 0;
  bool words = true;
};

/// The columns that may hold ids, words first: those with 2 values at least and with three rows a value on average.
std::vector<Candidate> repeating_columns(const CsvFile& file, const std::vector<std::string>& without) {
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < file.names().size(); ++c) {
    const std::string& name = file.names()[c];
    if (!name.empty() && !is_in(without, name) && std::ranges::count(file.names(), name) == 1) columns.push_back(c);
    if (columns.size() == 64) break;
  }
  struct Seen {
    SeriesIds values;
    bool whole = true, usable = true;
  };
  std::vector<Seen> seen(columns.size());
  CsvReader rows(file, {}, columns);
  std::int64_t count = 0;
  for (; rows.next(nullptr); ++count) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      Seen& column = seen[i];
      const std::string_view cell = rows.text(i);
      column.usable = column.usable && !is_missing_cell(cell);
      if (!column.usable) continue;
      const bool whole = is_whole_number(cell);
      column.usable = whole || !number_in_cell(cell, file.format().numbers);  // 1.5 is no id
      column.whole = column.whole && whole;
      if (column.usable) column.values.number_of(cell);
      if (column.values.size() > 1000 && column.values.size() * least_rows_of_a_series > count) column.usable = false;
    }
  }
  std::vector<Candidate> found;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::int64_t values = seen[i].values.size();
    if (seen[i].usable && values >= 2 && values * least_rows_of_a_series <= count) found.push_back({columns[i], !seen[i].whole});
  }
  std::ranges::stable_sort(found, std::ranges::greater(), &Candidate::words);
  if (found.size() > most_candidates) found.resize(most_candidates);
  return found;
}

/// Each candidate alone, then each two of them in the order of the file.
std::vector<std::vector<std::size_t>> choices_of(const std::vector<Candidate>& candidates) {
  std::vector<std::vector<std::size_t>> choices;
  for (const Candidate& one : candidates) choices.push_back({one.column});
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    for (std::size_t j = i + 1; j < candidates.size(); ++j) {
      const auto [first, second] = std::minmax(candidates[i].column, candidates[j].column);
      choices.push_back({first, second});
    }
  }
  if (choices.size() > most_choices) choices.resize(most_choices);  // each is a reading of the file
  return choices;
}

std::vector<std::string> names_of(const CsvFile& file, const std::vector<std::size_t>& columns) {
  std::vector<std::string> names;
  for (const std::size_t c : columns) names.push_back(file.names()[c]);
  return names;
}

/// The time of each row, in the columns and the format; empty if some row has none.
std::vector<std::int64_t> times_of(const CsvFile& file, const std::vector<std::string>& columns, const std::string& format) {
  std::vector<std::size_t> indices;
  for (const std::string& name : columns) indices.push_back(file.index_of(name));
  CsvReader rows(file, {}, indices);
  TimeParser parser(format);
  std::vector<std::int64_t> times;
  std::string text;
  while (rows.next(nullptr)) {
    text.clear();
    for (std::size_t i = 0; i < indices.size(); ++i) (text += i > 0 ? " " : "") += rows.text(i);
    const auto time = parser.parse(text);
    if (!time) return {};
    times.push_back(*time);
  }
  return times;
}

bool any_twice(auto values) {
  std::ranges::sort(values);
  return std::ranges::adjacent_find(values) != values.end();
}

/// The number of each row's series by the columns; empty if some row has no id.
std::vector<std::int64_t> series_of_rows(const CsvFile& file, const std::vector<std::size_t>& columns, SeriesIds& ids) {
  CsvReader rows(file, {}, columns);
  std::vector<std::string_view> cells(columns.size());
  std::vector<std::int64_t> series;
  while (rows.next(nullptr)) {
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = rows.text(i);
    try {
      series.push_back(ids.number_of(cells));
    } catch (const Error&) {
      return {};
    }
  }
  return series;
}

/// The number of series if each row has an id and no time comes twice with the same one.
std::optional<std::int64_t> series_told_apart(const CsvFile& file, const std::vector<std::size_t>& columns,
                                              const std::vector<std::int64_t>& times) {
  SeriesIds ids;
  const std::vector<std::int64_t> series = series_of_rows(file, columns, ids);
  if (series.size() != times.size() || ids.size() * least_rows_of_a_series > std::ssize(times)) return std::nullopt;
  std::vector<std::pair<std::int64_t, std::int64_t>> rows;
  for (std::size_t i = 0; i < times.size(); ++i) rows.emplace_back(series[i], times[i]);
  return any_twice(std::move(rows)) ? std::nullopt : std::optional(ids.size());
}

std::optional<IdColumns> id_columns(const CsvFile& file, const std::vector<std::string>& time_columns, const std::string& time_format,
                                    const std::vector<Candidate>& candidates) {
  const std::vector<std::int64_t> times = times_of(file, time_columns, time_format);
  if (times.empty() || !any_twice(times)) return std::nullopt;
  for (const std::vector<std::size_t>& columns : choices_of(candidates)) {
    std::vector<std::string> names = names_of(file, columns);
    if (std::ranges::any_of(names, [&](const std::string& name) { return is_in(time_columns, name); })) continue;
    if (const auto series = series_told_apart(file, columns, times)) return IdColumns{std::move(names), *series};
  }
  return std::nullopt;
}

/// The lines of the first row's series, under the heading: a file of one series, from which the time can be guessed.
std::string lines_of_first_series(const CsvFile& file, const std::vector<std::size_t>& columns) {
  CsvReader rows(file, {}, columns);
  std::string text(file.header());
  std::vector<std::string> first;
  for (std::size_t begin = 0; rows.next(nullptr); begin = rows.consumed()) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < columns.size(); ++i) cells.emplace_back(rows.text(i));
    if (first.empty()) first = cells;
    if (cells == first) text += file.body().substr(begin, rows.consumed() - begin);
  }
  return text;
}

/// A file in the folder for temporary files, removed by the destructor.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text)
      : path_(std::filesystem::temp_directory_path() / ("pipeline-series-" + std::to_string(getpid()) + ".csv")) {
    write_text(path_, text);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::error_code left_behind;
    std::filesystem::remove(path_, left_behind);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A column of years, which guess_time() takes for numbers.
std::optional<TimeGuess> guess_years(const CsvFile& one_series, const ColumnGuess& columns) {
  for (const ColumnFacts& column : columns.columns) {
    if (column.words > 0 || column.missing > 0 || std::ranges::count(one_series.names(), column.name) != 1) continue;
    CsvReader rows(one_series, {}, std::span(&column.index, 1));
    std::vector<std::int64_t> years;
    bool all = true;
    while (all && rows.next(nullptr)) {
      all = rows.text(0).size() == 4 && is_whole_number(rows.text(0));
      if (all) years.push_back(std::stoll(std::string(rows.text(0))));
    }
    const bool in_range = all && !years.empty() && years.front() >= 1700 && years.back() < 2200;
    const bool increasing = std::ranges::is_sorted(years) && std::ranges::adjacent_find(years) == years.end();
    if (!in_range || !increasing) continue;
    TimeGuess guess{{column.name}, "%Y"};
    guess.frequency = infer_frequency(times_of(one_series, guess.columns, guess.format)).text();
    return guess;
  }
  return std::nullopt;
}

/// The time of the first series that the columns tell apart; nullopt if it has none.
std::optional<TimeGuess> time_of_first_series(const CsvFile& file, const std::vector<std::size_t>& ids, const ColumnGuess& columns) {
  const TemporaryFile one(lines_of_first_series(file, ids));
  try {
    TimeGuess time = guess_time(one.path(), columns, {});
    if (!time.columns.empty()) return time;
  } catch (const Error&) {
    return std::nullopt;  // its times do not increase: it is not one series
  }
  return guess_years(CsvFile(one.path(), columns.format), columns);
}

std::int64_t usual_rows(const CsvFile& file, const IdColumns& ids) {
  std::vector<std::size_t> columns;
  for (const std::string& name : ids.columns) columns.push_back(file.index_of(name));
  SeriesIds numbers;
  const std::vector<std::int64_t> series = series_of_rows(file, columns, numbers);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(numbers.size()));
  for (const std::int64_t s : series) ++counts[static_cast<std::size_t>(s)];
  const auto middle = counts.begin() + std::ssize(counts) / 2;
  std::ranges::nth_element(counts, middle);
  return *middle;
}

std::optional<LongGuess> guess_long(const CsvFile& file, const ColumnGuess& columns) {
  const std::vector<Candidate> candidates = repeating_columns(file, {});
  for (const std::vector<std::size_t>& choice : choices_of(candidates)) {
    auto time = time_of_first_series(file, choice, columns);
    if (!time || std::ranges::any_of(choice, [&](std::size_t c) { return is_in(time->columns, file.names()[c]); })) continue;
    auto ids = id_columns(file, time->columns, time->format, candidates);
    if (!ids) continue;
    const std::int64_t rows = usual_rows(file, *ids);
    return LongGuess{.ids = std::move(*ids), .time = std::move(*time), .usual_rows = rows};
  }
  return std::nullopt;
}

/// Formats of times that stand in a heading. The first that reads all of them, increasing, wins.
constexpr std::array heading_formats{"",         "%Y",     "%m/%d/%y", "%m/%d/%Y", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y",
                                     "%Y/%m/%d", "%Y%m%d", "%Y%m",     "%b %Y",    "%B %Y",    "%b-%y",    "%m/%Y"};

struct TimesInHeading {
  std::string format;
  std::vector<std::int64_t> times;
  std::vector<std::size_t> columns;
};

/// nullopt unless most names, and five at least, are times that increase.
std::optional<TimesInHeading> times_in_heading(const CsvFile& file) {
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
    if (most && increasing) return found;
  }
  return std::nullopt;
}

/// The columns of words, or else of whole numbers, that give each row another id: one if one is enough, else two, else all of words.
std::vector<std::string> ids_of_rows(const CsvFile& file, const TimesInHeading& heading, std::int64_t& rows_found) {
  std::vector<std::size_t> others;
  for (std::size_t c = 0; c < file.names().size() && others.size() < most_candidates; ++c) {
    if (!std::ranges::binary_search(heading.columns, c) && !file.names()[c].empty()) others.push_back(c);
  }
  std::vector<Candidate> words, numbers;
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

std::optional<IdColumns> find_id_columns(const CsvFile& file, const std::vector<std::string>& time_columns,
                                         const std::string& time_format) {
  return id_columns(file, time_columns, time_format, repeating_columns(file, time_columns));
}

std::string series_advice(const CsvFile& file, const std::vector<std::string>& time_columns, const std::string& time_format) {
  try {
    const auto ids = find_id_columns(file, time_columns, time_format);
    if (!ids) return {};
    const Value names =
        ids->columns.size() == 1 ? Value(ids->columns.front()) : Value(Value::List(ids->columns.begin(), ids->columns.end()));
    return "this file holds " + format_count(ids->series) + " series, told apart by " + join_names(ids->columns) +
           ": write series_column = " + to_toml(names);
  } catch (const Error&) {  // a mistake further down in the file: the one that was found first is told
    return {};
  }
}

SeriesGuess guess_time_and_series(const std::filesystem::path& file, const ColumnGuess& columns, const TimeWishes& wishes) {
  SeriesGuess guess;
  std::optional<Error> mistake;
  try {
    guess.time = guess_time(file, columns, wishes);
  } catch (const Error& error) {
    mistake = error;  // as that the times do not increase: they need not, where there are several series
  }
  const CsvFile csv(file, columns.format);
  const bool is_one = !guess.time.columns.empty() && guess.time.repeats == 0;
  if (!is_one) guess.many = guess_long(csv, columns);
  if (!guess.many && mistake) throw Error(*mistake);
  if (guess.many) guess.time = guess.many->time;
  return guess;
}

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
