#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>
#include <tuple>

#include "data/arrange_rows.h"
#include "data/clock_change.h"
#include "data/column_times.h"
#include "data/guess.h"
#include "data/local_days.h"
#include "data/local_times.h"
#include "data/time_axis.h"
#include "data/time_candidates.h"
#include "data/time_forms.h"
#include "data/time_names.h"
#include "data/two_digit_years.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr const char* count_rows_cure = "; with --count-rows the rows are counted instead";

/// Whether numbers may be times: those of epochs between 1980 and 2100, day numbers between 1954 and 2119.
bool may_be_times(const ColumnTimes& read) {
  const auto between = [&](std::int64_t first, std::int64_t last) {
    const auto [low, high] = std::ranges::minmax(read.times);
    return low >= days_from_civil({first, 1, 1}) * nanoseconds_per_day && high < days_from_civil({last, 1, 1}) * nanoseconds_per_day;
  };
  if (read.times.empty()) return read.form.starts_with('%') || read.form.empty();
  if (read.form.starts_with("epoch")) return between(1980, 2100);
  if (read.form == "excel") return between(1954, 2119);
  return read.form != "%Y%m" || between(1900, 2100);
}

/// A candidate that is the time, or that would be but for a mistake.
struct Finding {
  TimeGuess guess;
  std::string mistake;       ///< empty: none
  std::string needs_zone{};  ///< the mistake, without its place, of local times without a zone

  /// The smaller, the likelier: rows as they stand, rows to be sorted, rows that repeat; regular; few gaps (3/4 may be the third of April
  /// or the fourth of March).
  [[nodiscard]] auto unlikeliness() const {
    return std::tuple(!mistake.empty(), guess.repeats > 0, guess.sort, guess.frequency == "none", guess.gap_rows.size());
  }
};

/// Whether numbers are hardly the time where words are times: rows that follow each other need no sorting and have a step.
bool is_doubtful(const Finding& found) {
  return !found.mistake.empty() || found.guess.sort || found.guess.repeats > 0 || found.guess.frequency == "none";
}

TimeGuess understood(const TimeCandidate& candidate, const ColumnTimes& read, std::span<const std::int64_t> times) {
  TimeGuess guess{candidate.columns, read.form};
  const Frequency frequency = infer_frequency(times);
  guess.frequency = frequency.text();
  guess.step_ns = frequency.step_ns;
  if (frequency.irregular()) return guess;
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (!frequency.follows(times[i - 1], times[i])) guess.gap_rows.push_back(static_cast<std::int64_t>(i));
  }
  return guess;
}

std::string column_text(const TimeCandidate& candidate) {
  return (candidate.columns.size() == 1 ? "column " : "columns ") +
         join(candidate.columns, [](const std::string& name) { return "\"" + name + "\""; });
}

/// The sentence for a column in which a few cells are no time.
std::string odd_cells(const CsvFile& csv, const TimeCandidate& candidate, const ColumnTimes& read) {
  const OddCell& first = read.odd.front();
  std::string text = place_of_row(csv, first.row) + ": \"" + first.text + "\" in " + column_text(candidate);
  if (read.out_of_range > 0 && first.why == NoTime::range)
    return text + " lies outside the years 1678 to 2261, which nanoseconds in 64 bits can tell" + count_rows_cure;
  if (first.why == NoTime::hour_25)
    return text +
           ": an hour 25 ends the day on which clocks go back, and only a time zone tells which; add e.g. --time-zone America/Chicago";
  text += " is no time, as the other " + format_count(std::ssize(read.times)) + " cells are (" + form_text(read.form) + ")";
  if (read.odd_count > 1) text += ", and so are " + format_count(read.odd_count - 1) + " more";
  for (std::size_t i = 1; i < read.odd.size(); ++i)
    text += std::string(i == 1 ? " (" : ", ") + place_of_row(csv, read.odd[i].row) + " \"" + read.odd[i].text + "\"";
  if (read.odd.size() > 1) text += read.odd_count > std::ssize(read.odd) ? ", ...)" : ")";
  if (read.odd_count < read.rows() && first.row == read.rows() - read.odd_count)  // to count lines of sums would forecast them
    return text + (read.odd_count == 1 ? ": remove the last line" : ": remove the last " + format_count(read.odd_count) + " lines");
  const bool backwards = runs_from_new_to_old(read.times);  // to count such rows would turn time round
  return text +
         (backwards ? "; the rows run from new to old: write the time there" : std::string(": write the time there") + count_rows_cure);
}

/// What to do where many times repeat: a column that is named for a part of the time is the likeliest cause.
std::string cure_of_repeats(const CsvFile& csv, const TimeCandidate& candidate) {
  const auto part = std::ranges::find_if(csv.names(), [&](const std::string& name) {
    return is_part_of_time_name(name) && std::ranges::find(candidate.columns, name) == candidate.columns.end();
  });
  const std::string series = "If the rows belong to several series, ";
  if (part == csv.names().end()) return series + "keep those of one; if another column tells the rest of the time, join it with this one";
  return "Column \"" + *part + "\" is named for a part of the time: if it tells the rest, write the whole time into one column. " + series +
         "write into a workflow of your own the column that tells them apart as series_column";
}

/// The sentence for times of which too many repeat to leave them out.
std::string many_repeats(const CsvFile& csv, const TimeCandidate& candidate, const RowOrder& order) {
  const Disorder& disorder = order.disorder();
  return place_of_row(csv, disorder.first_repeat) + ": the time in " + column_text(candidate) +
         " stands in a row before: " + format_count(disorder.repeated_times) + " times stand in " +
         format_count(disorder.repeated_times + disorder.repeats) + " rows. " + cure_of_repeats(csv, candidate) +
         "; to keep one row of each time write duplicates = \"first\", \"last\" or \"mean\" into a workflow of your own" + count_rows_cure;
}

/// Local times become UTC; those of one time of day stand for days and stay. Error (data) for hours that the clocks tell twice or not at
/// all.
void read_clocks(const CsvFile& csv, ColumnTimes& read, const TimeZone& zone) {
  LocalDays days;
  for (const std::int64_t time : read.times) days.add(time, 0);
  const bool counts_since_1970 = !read.clock.empty() && read.clock.front() < 0;
  if (read.had_offset || counts_since_1970 || days.one_clock()) return;
  make_utc({read.times, read.clock, [&](std::int64_t row) { return place_of_row(csv, row); }}, zone, {});
}

/// What the times say, or the mistake that keeps them from being the time. `zone`: of local times, or null.
Finding examine(const CsvFile& csv, const TimeCandidate& candidate, ColumnTimes& read, const TimeZone* zone) {
  if (read.odd_count > 0) return {{candidate.columns, read.form}, odd_cells(csv, candidate, read)};
  try {
    if (zone != nullptr) read_clocks(csv, read, *zone);
  } catch (const Error& error) {
    return {{candidate.columns, read.form}, error.what() + std::string(" in a workflow of your own")};
  }
  if (const auto border = border_of_two_digit_years(read.form, read.times)) {
    return {{candidate.columns, read.form},
            place_of_row(csv, static_cast<std::int64_t>(*border)) + ": " + two_digit_years_text(read.times, *border)};
  }
  if (strictly_increases(read.times)) return {understood(candidate, read, read.times), {}};
  const RowOrder order(read.times, {}, std::filesystem::temp_directory_path());
  const Disorder& disorder = order.disorder();
  if (disorder.repeats > 0 && zone == nullptr && zone_of_repeats(order)) {
    const std::string sentence = "the time in " + column_text(candidate) +
                                 " comes a second time on a day on which clocks go back an hour: the times are local; say where, e.g. with "
                                 "--time-zone " +
                                 *zone_of_repeats(order);
    return {{candidate.columns, read.form}, place_of_row(csv, disorder.first_repeat) + ": " + sentence, sentence};
  }
  if (disorder.repeats * 20 > read.rows()) return {{candidate.columns, read.form}, many_repeats(csv, candidate, order)};
  std::vector<std::int64_t> rows, times;
  for (const RowKey& key : order.keys()) {
    if (!times.empty() && times.back() == key.time) continue;
    rows.push_back(order.row(key));
    times.push_back(key.time);
  }
  Finding found{understood(candidate, read, times), {}};
  found.guess.sort = disorder.needs_order();
  found.guess.repeats = disorder.repeats;
  found.guess.rows = std::move(rows);
  return found;
}

/// The readings of a candidate that leave the fewest cells unread.
std::vector<ColumnTimes> best_readings(const CsvFile& csv, const TimeCandidate& candidate, std::int64_t most, bool has_zone) {
  std::vector<ColumnTimes> readings = read_in_forms(csv, candidate.columns, candidate.forms, most, has_zone);
  std::erase_if(readings, [](const ColumnTimes& read) { return !may_be_times(read); });
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const ColumnTimes& read : readings) least = std::min(least, read.odd_count);
  std::erase_if(readings, [&](const ColumnTimes& read) { return read.odd_count > least; });
  return readings;
}

std::string mixed_text(const CsvFile& csv, const MixedForms& mixed) {
  return join(
      mixed.parts,
      [&](const MixedForms::Part& part) {
        return format_count(part.rows) + (part.rows == 1 ? " row" : " rows") + " as " + form_text(part.form) + " (first " +
               place_of_row(csv, part.first_row) + ", \"" + part.text + "\")";
      },
      ", ");
}

bool is_constant(const ColumnTimes& read) {
  return read.times.size() > 1 && std::ranges::adjacent_find(read.times, std::not_equal_to()) == read.times.end();
}

/// nullopt: the candidate is no time.
std::optional<Finding> examine(const CsvFile& csv, const TimeCandidate& candidate, const TimeZone* zone) {
  constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max();
  std::vector<ColumnTimes> readings = best_readings(csv, candidate, all, zone != nullptr);
  if (readings.empty()) {
    const auto mixed = read_mixed_forms(csv, candidate.columns, candidate.forms, all);
    if (!mixed) return std::nullopt;
    return Finding{{candidate.columns, {}},
                   place_of_row(csv, mixed->parts[1].first_row) + ": " + column_text(candidate) +
                       " holds times in several forms: " + mixed_text(csv, *mixed) + ": write all in one" + count_rows_cure};
  }
  if (is_constant(readings.front())) return std::nullopt;
  std::optional<Finding> best;
  const ColumnTimes* best_read = nullptr;
  std::vector<std::string> equal;
  for (ColumnTimes& read : readings) {
    if (best_read != nullptr && read.times == best_read->times) continue;  // other words for the same
    Finding found = examine(csv, candidate, read, zone);
    if (best && best->unlikeliness() < found.unlikeliness()) continue;
    if (best && best->unlikeliness() == found.unlikeliness()) {
      if (read.times != best_read->times) equal.push_back("time_format = " + form_text(found.guess.format));
      continue;
    }
    best = std::move(found);
    best_read = &read;
    equal.clear();
  }
  best->guess.others = std::move(equal);
  return best;
}

/// Whether a text holds three numbers between two equal signs, one of them of four digits: 2023|01|31.
bool looks_like_date(const std::string& text) {
  std::vector<std::size_t> digits;
  std::string signs;
  for (std::size_t at = 0; at < text.size() && digits.size() < 4;) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789", at), text.size());
    if (end == at) return false;
    digits.push_back(end - at);
    if (end < text.size()) signs += text[end];
    at = end + 1;
  }
  return digits.size() == 3 && signs.size() >= 2 && signs[0] == signs[1] && (digits[0] == 4 || digits[2] == 4);
}

/// The sentence for a column that is named for a time, or looks like one, and cannot be read as any; empty: there is none.
std::string unread_time(const CsvFile& csv, const std::vector<ColumnFacts>& columns) {
  for (const ColumnFacts& column : columns) {
    const auto digits = std::ranges::count_if(column.word, [](unsigned char c) { return std::isdigit(c); });
    const bool named = (is_date_name(column.name) || is_named(column.name, {"time", "datetime", "timestamp"})) && digits >= 2;
    if (!(named || looks_like_date(column.word)) || column.numbers > column.words || column.one_word) continue;
    const std::string mixed = mixed_forms_text(csv, {column.name});
    return place_of_row(csv, 0) + ": column \"" + column.name + "\" " + (named ? "is named for a time" : "looks like a time") + ", and \"" +
           column.word + "\" is none that can be read" + (mixed.empty() ? "" : "; " + mixed) +
           "; tell its form with time_format in a workflow of your own" + count_rows_cure;
  }
  return {};
}

}  // namespace

TimeGuess guess_time(const std::filesystem::path& file, const ColumnGuess& columns, const TimeWishes& wishes) {
  if (wishes.count_rows) return {};
  const CsvFile csv(file, columns.format);
  std::vector<ColumnFacts> once;  // a name that occurs twice cannot be used
  for (const ColumnFacts& column : columns.columns) {
    if (csv.count(column.name) == 1) once.push_back(column);
  }
  std::optional<TimeZone> zone;
  if (!wishes.time_zone.empty()) zone.emplace(TimeZone::load(wishes.time_zone));
  std::optional<Finding> best;
  std::vector<std::string> others;
  bool words_read = false;  // some words are times
  for (const TimeCandidate& candidate : time_candidates(once)) {
    std::optional<Finding> found = examine(csv, candidate, zone ? &*zone : nullptr);
    if (!found || (candidate.numbers && words_read && is_doubtful(*found))) continue;
    words_read = words_read || !candidate.numbers;
    const auto rank = [](const Finding& f) {
      return std::tuple(!f.mistake.empty(), f.guess.repeats > 0, f.guess.sort, f.guess.frequency == "none");
    };
    if (best && rank(*best) <= rank(*found)) {
      if (found->mistake.empty() && candidate.columns.size() == 1) others.push_back(column_text(candidate));
      continue;
    }
    if (best && best->mistake.empty() && best->guess.columns.size() == 1) others.push_back("column \"" + best->guess.columns[0] + "\"");
    best = std::move(found);
  }
  if (best && !best->needs_zone.empty())
    throw LocalTimesError(best->mistake.substr(0, best->mistake.size() - best->needs_zone.size() - 2), best->needs_zone);
  if (best && !best->mistake.empty()) throw data_error(best->mistake);
  if (best) {
    best->guess.others.insert(best->guess.others.end(), others.begin(), others.end());
    return best->guess;
  }
  if (const std::string unread = unread_time(csv, once); !unread.empty()) throw data_error(unread);
  return {};
}

std::vector<std::string> fitting_time_formats(const CsvFile& csv, const std::vector<std::string>& columns) {
  constexpr std::int64_t rows_tried = 100'000;
  const TimeCandidate candidate{columns, time_forms()};
  std::vector<Finding> likeliest;
  std::vector<std::vector<std::int64_t>> seen;
  for (ColumnTimes& read : best_readings(csv, candidate, rows_tried, false)) {
    if (read.odd_count > 0 || std::ranges::find(seen, read.times) != seen.end()) continue;  // other words for the same
    seen.push_back(read.times);
    Finding found = examine(csv, candidate, read, nullptr);
    if (!likeliest.empty() && likeliest.front().unlikeliness() < found.unlikeliness()) continue;
    if (!likeliest.empty() && found.unlikeliness() < likeliest.front().unlikeliness()) likeliest.clear();
    likeliest.push_back(std::move(found));
  }
  std::vector<std::string> found;
  for (const Finding& finding : likeliest) found.push_back(finding.guess.format);
  return found;
}

std::string mixed_forms_text(const CsvFile& csv, const std::vector<std::string>& columns) {
  constexpr std::int64_t rows_tried = 100'000;
  const auto mixed = read_mixed_forms(csv, columns, time_forms(), rows_tried);
  return mixed ? "the column holds times in several forms: " + mixed_text(csv, *mixed) + ": write all in one" : std::string();
}

}  // namespace pipeline
