#include "data/guess_series.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "data/arrange_rows.h"
#include "data/clock_change.h"
#include "data/column_times.h"
#include "data/counted_series.h"
#include "data/file_times.h"
#include "data/first_series.h"
#include "data/guess_steps.h"
#include "data/id_candidates.h"
#include "data/id_choices.h"
#include "data/id_search.h"
#include "data/series_ids.h"
#include "data/time_axis.h"
#include "data/time_names.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

bool is_in(const std::vector<std::string>& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

std::optional<IdColumns> id_columns(const CsvFile& file, const std::vector<std::string>& time_columns, const FileTimes& times,
                                    std::vector<IdCandidate> candidates) {
  std::erase_if(candidates, [&](const IdCandidate& candidate) { return is_in(time_columns, file.names()[candidate.column]); });
  const auto found = IdSearch(file, std::move(candidates), times).find();
  if (!found) return std::nullopt;
  return IdColumns{.columns = names_of(file, found->columns), .series = found->series, .repeats = found->repeats};
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

/// The number of the series of each row.
std::vector<std::int64_t> series_of(const CsvFile& file, const IdColumns& ids) {
  std::vector<std::size_t> columns;
  for (const std::string& name : ids.columns) columns.push_back(file.index_of(name));
  SeriesIds all;
  return series_of_rows(file, columns, all);
}

/// Error (data) if the times that repeat are all hours that clocks show twice, and no time zone is named.
void require_zone(const CsvFile& file, const TimeGuess& time, const std::vector<std::int64_t>& times,
                  const std::vector<std::int64_t>& series) {
  const RowOrder order(times, series, std::filesystem::temp_directory_path());
  const auto zone = zone_of_repeats(order);
  if (!zone) return;
  throw LocalTimesError(place_of_row(file, order.disorder().first_repeat),
                        "the time in " + join_names(time.columns) +
                            " comes a second time in its series on a day on which clocks go back an hour: the times are local; say where, "
                            "e.g. with --time-zone " +
                            *zone);
}

/// The steps of the series, and their usual length.
LongGuess with_steps(const CsvFile& file, const ColumnGuess& columns, IdColumns ids, TimeGuess time, const FileTimes& times) {
  StepsQuestion question{
      .series_columns = {}, .times = times.of_series(series_of(file, ids)), .words = columns_of_words(columns, time.columns)};
  for (const std::string& name : ids.columns) question.series_columns.push_back(file.index_of(name));
  const StepsGuess steps = guess_steps(file, question);
  LongGuess guess{.ids = std::move(ids), .time = std::move(time), .usual_rows = steps.usual_rows, .gaps = steps.gaps};
  guess.time.repeats = guess.ids.repeats;
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

/// The choices of columns by which a first series is looked at: those of choices_of(), and all that are likely ids.
std::vector<std::vector<std::size_t>> choices_for_time(const std::vector<IdCandidate>& candidates) {
  std::vector<std::vector<std::size_t>> choices = choices_of(candidates);
  std::vector<std::size_t> words, likely;
  for (const IdCandidate& candidate : candidates) {
    if (candidate.words) words.push_back(candidate.column);
    if (candidate.words || candidate.named) likely.push_back(candidate.column);
  }
  if (words.size() > 1) choices.push_back(words);
  if (likely.size() > words.size() && likely.size() > 1) choices.push_back(likely);
  return choices;
}

std::optional<LongGuess> guess_long(const CsvFile& file, const ColumnGuess& columns, const std::vector<IdCandidate>& candidates,
                                    const std::string& time_zone) {
  std::optional<TimeZone> zone;
  if (!time_zone.empty()) zone.emplace(TimeZone::load(time_zone));
  std::vector<std::pair<std::vector<std::string>, std::string>> tried;  // columns and forms of times that no ids tell apart
  std::optional<LocalTimesError> local;
  for (const std::vector<std::size_t>& choice : choices_for_time(candidates)) {
    std::optional<TimeGuess> time;
    try {
      time = time_of_first_series(file, choice, columns, time_zone);
    } catch (const LocalTimesError& error) {
      local = local ? local : error;
    }
    if (!time || std::ranges::any_of(choice, [&](std::size_t c) { return is_in(time->columns, file.names()[c]); })) continue;
    const std::pair key(time->columns, time->format);
    if (std::ranges::find(tried, key) != tried.end()) continue;
    tried.push_back(key);
    const FileTimes times(file, time->columns, time->format, zone ? &*zone : nullptr);
    auto ids = id_columns(file, time->columns, times, candidates);
    if (!ids) continue;
    if (ids->repeats > 0 && !zone) require_zone(file, *time, times.of_series({}), series_of(file, *ids));
    return with_steps(file, columns, std::move(*ids), std::move(*time), times);
  }
  if (local) throw LocalTimesError(file.path().string(), local->sentence);  // found in a copy of some rows
  return std::nullopt;
}

/// Series whose rows whole numbers put in order, with gaps or in any order of the file: they are read as seconds.
std::optional<LongGuess> guess_numbered(const CsvFile& file, const ColumnGuess& columns, std::vector<IdCandidate> candidates) {
  std::erase_if(candidates, [](const IdCandidate& candidate) { return !candidate.words && !candidate.named; });
  for (const ColumnFacts& column : columns.columns) {
    const bool is_named_so = is_sure_time_name(column.name) || is_named(column.name, {"t", "step", "timestep", "time_step", "time_idx"});
    if (!is_named_so || column.shares_name || column.numbers != columns.rows || !column.marked.empty()) continue;
    const FileTimes times(file, {column.name}, "epoch", nullptr);
    auto ids = id_columns(file, {column.name}, times, candidates);
    if (!ids) continue;
    LongGuess guess = with_steps(file, columns, std::move(*ids), {.columns = {column.name}, .format = "epoch"}, times);
    guess.is_numbered = true;
    return guess;
  }
  return std::nullopt;
}

/// The series of a file without a time.
std::optional<LongGuess> guess_without_time(const CsvFile& file, const ColumnGuess& columns, const std::vector<IdCandidate>& candidates,
                                            bool count_rows) {
  auto counted = guess_counted_series(file, columns, candidates);
  if (count_rows || (counted && !counted->counter.empty())) return counted;
  auto numbered = guess_numbered(file, columns, candidates);
  return numbered ? numbered : counted;
}

}  // namespace

std::optional<IdColumns> find_id_columns(const CsvFile& file, const std::vector<std::string>& time_columns,
                                         const std::string& time_format) {
  return id_columns(file, time_columns, FileTimes(file, time_columns, time_format, nullptr), id_candidates(file, time_columns));
}

std::string series_advice(const CsvFile& file, const std::vector<std::string>& time_columns, const std::string& time_format) {
  try {
    const auto ids = find_id_columns(file, time_columns, time_format);
    if (!ids) return {};
    const Value names =
        ids->columns.size() == 1 ? Value(ids->columns.front()) : Value(Value::List(ids->columns.begin(), ids->columns.end()));
    std::string text = "this file holds " + format_count(ids->series) + " series, told apart by " + join_names(ids->columns) +
                       ": write series_column = " + to_toml(names);
    if (ids->repeats > 0)
      text += ", and duplicates = \"first\", \"last\" or \"mean\", as " + format_count(ids->repeats) +
              (ids->repeats == 1 ? " row repeats" : " rows repeat") + " a time of its series";
    return text;
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
  if (is_one) return guess;
  const std::vector<IdCandidate> candidates = id_candidates(csv, {});
  guess.many = guess_long(csv, columns, candidates, wishes.time_zone);
  if (guess.many && wishes.count_rows) guess.many->time = {}, guess.many->gaps = 0;
  if (!guess.many && !mistake && guess.time.columns.empty()) guess.many = guess_without_time(csv, columns, candidates, wishes.count_rows);
  if (!guess.many && mistake) throw Error(*mistake);
  if (guess.many) guess.time = guess.many->time;
  return guess;
}

}  // namespace pipeline
