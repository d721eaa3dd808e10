#include "data/guess_series.h"

#include <unistd.h>
#include <algorithm>
#include <utility>

#include "data/guess_steps.h"
#include "data/id_choices.h"
#include "data/series_ids.h"
#include "data/time_axis.h"
#include "data/time_parser.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr std::int64_t least_rows_of_a_series = 3;

bool is_in(const std::vector<std::string>& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

/// The columns that may hold ids, words first: those with 2 values at least and with three rows a value on average.
std::vector<IdCandidate> repeating_columns(const CsvFile& file, const std::vector<std::string>& without) {
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
  std::vector<IdCandidate> found;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::int64_t values = seen[i].values.size();
    if (seen[i].usable && values >= 2 && values * least_rows_of_a_series <= count) found.push_back({columns[i], !seen[i].whole});
  }
  std::ranges::stable_sort(found, std::ranges::greater(), &IdCandidate::words);
  if (found.size() > most_id_candidates) found.resize(most_id_candidates);
  return found;
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
                                    const std::vector<IdCandidate>& candidates) {
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
  std::string text(file.format().header ? file.header() : std::string_view());
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

/// The time of the first series that the columns tell apart; nullopt if it has none.
std::optional<TimeGuess> time_of_first_series(const CsvFile& file, const std::vector<std::size_t>& ids, const ColumnGuess& columns) {
  const TemporaryFile one(lines_of_first_series(file, ids));
  ColumnGuess of_one = columns;  // the file has nothing but the heading and the rows, in UTF-8
  of_one.format.encoding = CsvFormat{}.encoding;
  of_one.format.skip_rows = of_one.format.skip_after_header = 0;
  try {
    TimeGuess time = guess_time(one.path(), of_one, {});
    return time.columns.empty() ? std::nullopt : std::optional(std::move(time));
  } catch (const Error&) {
    return std::nullopt;  // its times do not increase: it is not one series
  }
}

/// The columns of words that a series may have for its step.
std::vector<std::size_t> columns_of_words(const ColumnGuess& columns, const std::vector<std::string>& without) {
  std::vector<std::size_t> out;
  for (const ColumnFacts& column : columns.columns) {
    if (column.numbers == 0 && column.words > 0 && !column.name.empty() && !column.shares_name && !is_in(without, column.name))
      out.push_back(column.index);
  }
  return out;
}

/// The steps of the series, and their usual length.
LongGuess with_steps(const CsvFile& file, const ColumnGuess& columns, IdColumns ids, TimeGuess time) {
  StepsQuestion question{
      .series_columns = {}, .times = times_of(file, time.columns, time.format), .words = columns_of_words(columns, time.columns)};
  for (const std::string& name : ids.columns) question.series_columns.push_back(file.index_of(name));
  const StepsGuess steps = guess_steps(file, question);
  LongGuess guess{.ids = std::move(ids), .time = std::move(time), .usual_rows = steps.usual_rows, .gaps = steps.gaps};
  if (steps.steps.size() == 1) {
    guess.time.frequency = steps.steps.front();
    guess.time.step_ns = Frequency::parse(guess.time.frequency).step_ns;
  } else if (steps.frequency_column >= 0) {
    guess.frequency_column = file.names()[static_cast<std::size_t>(steps.frequency_column)];
  } else {
    guess.steps = steps.steps;
    guess.time.frequency = "none";
    guess.time.step_ns = 0;
    guess.gaps = 0;
  }
  return guess;
}

std::optional<LongGuess> guess_long(const CsvFile& file, const ColumnGuess& columns) {
  const std::vector<IdCandidate> candidates = repeating_columns(file, {});
  for (const std::vector<std::size_t>& choice : choices_of(candidates)) {
    auto time = time_of_first_series(file, choice, columns);
    if (!time || std::ranges::any_of(choice, [&](std::size_t c) { return is_in(time->columns, file.names()[c]); })) continue;
    auto ids = id_columns(file, time->columns, time->format, candidates);
    if (!ids) continue;
    return with_steps(file, columns, std::move(*ids), std::move(*time));
  }
  return std::nullopt;
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

}  // namespace pipeline
