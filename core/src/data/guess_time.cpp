#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <optional>

#include "data/guess.h"
#include "data/time_axis.h"
#include "data/time_parser.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

/// Tried in this order; the first that reads every row wins. Formats with the day first come first: they fail on files with the month first
/// at the first day after the 12th.
constexpr std::array formats{"",         "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",
                             "%m/%d/%Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M",
                             "%Y/%m/%d", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%Y%m%d %H:%M",      "%Y%m%d",
                             "%Y%m%d%H", "%Y%m%d%H%M",        "%Y%m%d%H%M%S"};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool is_named(const std::string& name, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, lower(name)) != words.end();
}

struct ReadTimes {
  std::vector<std::int64_t> times;
  std::string unreadable;      ///< place and text of the first time that cannot be read
  std::string not_increasing;  ///< place of the first row that is not later than the row before
};

/// The times of a file in the given columns and format, up to the first time that cannot be read and up to `most` rows.
ReadTimes read_times(const CsvFile& csv, const std::vector<std::string>& columns, const std::string& format,
                     std::size_t most = std::numeric_limits<std::size_t>::max()) {
  std::vector<std::size_t> indices;
  for (const std::string& name : columns) indices.push_back(csv.index_of(name));
  CsvReader rows(csv, {}, indices);
  TimeParser parser(format);
  ReadTimes read;
  std::string text;
  while (read.times.size() < most && rows.next(nullptr)) {
    text.clear();
    for (std::size_t i = 0; i < indices.size(); ++i) (text += i > 0 ? " " : "") += rows.text(i);
    const std::optional<std::int64_t> time = parser.parse(text);
    if (!time) {
      read.unreadable = rows.place() + ": the time \"" + text + "\"";
      return read;
    }
    if (read.not_increasing.empty() && !read.times.empty() && *time <= read.times.back()) read.not_increasing = rows.place();
    read.times.push_back(*time);
  }
  return read;
}

/// Columns that may hold the time, and the formats to try.
struct Candidate {
  std::vector<std::string> columns;
  std::vector<std::string> formats;
};

/// The columns year, month, day and finer units, if each is a column of its own.
std::optional<Candidate> parts_candidate(const std::vector<ColumnFacts>& columns) {
  Candidate parts{{}, {""}};
  constexpr std::array<std::pair<const char*, const char*>, 5> wanted{
      {{"year", "%Y"}, {"month", " %m"}, {"day", " %d"}, {"hour", " %H"}, {"minute", " %M"}}};
  for (const auto& [name, format] : wanted) {
    const auto found = std::ranges::find_if(columns, [&](const ColumnFacts& c) { return lower(c.name) == name; });
    if (found == columns.end()) break;
    parts.columns.push_back(found->name);
    parts.formats[0] += format;
  }
  return parts.columns.size() >= 3 ? std::optional(parts) : std::nullopt;
}

/// The formats, and those of a date and an hour.
std::vector<std::string> formats_with_hour() {
  std::vector<std::string> all(formats.begin(), formats.end());
  for (const char* format : {"%Y-%m-%d %H", "%d/%m/%Y %H", "%m/%d/%Y %H", "%d.%m.%Y %H", "%d/%m/%Y %H.%M.%S"}) all.emplace_back(format);
  return all;
}

std::vector<Candidate> candidates(const std::vector<ColumnFacts>& columns) {
  std::vector<Candidate> all;
  if (auto parts = parts_candidate(columns)) all.push_back(std::move(*parts));
  const std::vector<std::string> written(formats.begin(), formats.end());
  const std::vector<std::string> with_hour = formats_with_hour();
  const auto named = [](const ColumnFacts& c) {
    return is_named(c.name, {"date", "time", "datetime", "timestamp", "ds", "day", "month", "period"});
  };
  const auto is_text = [](const ColumnFacts& c) { return c.numbers == 0 && c.words > 0; };
  const auto time = std::ranges::find_if(columns, [](const ColumnFacts& c) { return is_named(c.name, {"time", "hour"}); });
  for (const ColumnFacts& column : columns) {  // a date and a time of day
    if (is_named(column.name, {"date", "day"}) && is_text(column) && time != columns.end() && time->missing == 0)
      all.push_back({{column.name, time->name}, with_hour});
  }
  for (const bool by_name : {true, false}) {
    for (const ColumnFacts& column : columns) {
      if (by_name == named(column) && (is_text(column) || (by_name && column.words == 0))) all.push_back({{column.name}, written});
    }
  }
  for (const ColumnFacts& column : columns) {
    if (column.words == 0 && column.missing == 0 && is_named(column.name, {"time", "timestamp", "epoch", "unix", "ts", "date"}))
      all.push_back({{column.name}, {"", "epoch", "epoch_ms", "epoch_us", "epoch_ns"}});
  }
  return all;
}

TimeGuess understood(const Candidate& candidate, const std::string& format, std::span<const std::int64_t> times) {
  TimeGuess guess{candidate.columns, format};
  const Frequency frequency = infer_frequency(times);
  guess.frequency = frequency.text();
  guess.step_ns = frequency.step_ns;
  if (frequency.irregular()) return guess;
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (!frequency.follows(times[i - 1], times[i])) guess.gap_rows.push_back(static_cast<std::int64_t>(i));
  }
  return guess;
}

/// Whether numbers may be epoch times: numbers outside 1980 to 2100 are not.
bool may_be_times(const std::string& format, std::span<const std::int64_t> times) {
  if (!format.starts_with("epoch")) return true;
  return times.front() >= days_from_civil({1980, 1, 1}) * nanoseconds_per_day &&
         times.back() < days_from_civil({2100, 1, 1}) * nanoseconds_per_day;
}

/// Whether `guess` is likelier than `than`: regular, with fewer gaps (3/4 may be the third of April or the fourth of March).
bool is_likelier(const TimeGuess& guess, const TimeGuess& than) {
  const bool regular = guess.frequency != "none", other = than.frequency != "none";
  return regular != other ? regular : guess.gap_rows.size() < than.gap_rows.size();
}

}  // namespace

TimeGuess guess_time(const std::filesystem::path& file, const ColumnGuess& columns) {
  constexpr std::size_t enough = 10;  // after this many readable times an unreadable one is a mistake in the file
  const CsvFile csv(file, columns.format);
  std::vector<ColumnFacts> once;  // a name that occurs twice cannot be used
  for (const ColumnFacts& column : columns.columns) {
    if (csv.count(column.name) == 1) once.push_back(column);
  }
  std::string mistake;
  for (const Candidate& candidate : candidates(once)) {
    std::optional<TimeGuess> best;
    for (const std::string& format : candidate.formats) {
      const ReadTimes read = read_times(csv, candidate.columns, format);
      const std::string column = "column \"" + candidate.columns[0] + "\"";
      if (!read.unreadable.empty()) {
        if (read.times.size() >= enough && mistake.empty())
          mistake = read.unreadable + " of " + column + " cannot be read as those before it: mend it, or remove the row";
      } else if (!read.not_increasing.empty()) {
        if (mistake.empty())
          mistake = read.not_increasing + ": the time in " + column +
                    " does not increase; sort the rows by it, the oldest first, and keep one row a time";
      } else if (may_be_times(format, read.times)) {
        const TimeGuess guess = understood(candidate, format, read.times);
        if (!best || is_likelier(guess, *best)) best = guess;
      }
    }
    if (best) return *best;
  }
  if (!mistake.empty()) throw data_error(mistake);
  return {};
}

std::vector<std::string> fitting_time_formats(const CsvFile& csv, const std::vector<std::string>& columns) {
  constexpr std::size_t rows_tried = 100'000;
  std::vector<TimeGuess> likeliest;
  for (const std::string& format : formats_with_hour()) {
    const ReadTimes read = read_times(csv, columns, format, rows_tried);
    if (!read.unreadable.empty() || !read.not_increasing.empty()) continue;
    const TimeGuess guess = understood({columns, {}}, format, read.times);
    if (!likeliest.empty() && is_likelier(likeliest.front(), guess)) continue;
    if (!likeliest.empty() && is_likelier(guess, likeliest.front())) likeliest.clear();
    likeliest.push_back(guess);
  }
  std::vector<std::string> found;
  for (const TimeGuess& guess : likeliest) found.push_back(guess.format);
  return found;
}

}  // namespace pipeline
