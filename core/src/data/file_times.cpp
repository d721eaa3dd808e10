#include "data/file_times.h"

#include "data/local_days.h"
#include "data/local_times.h"
#include "data/time_parser.h"
#include "pipeline/errors.h"

namespace pipeline {

FileTimes::FileTimes(const CsvFile& file, const std::vector<std::string>& columns, const std::string& format, const TimeZone* zone)
    : zone_(zone) {
  std::vector<std::size_t> indices;
  for (const std::string& name : columns) indices.push_back(file.index_of(name));
  CsvReader rows(file, {}, indices);
  TimeParser parser(format);
  if (zone_ != nullptr) parser.allow_hour_25();
  LocalDays days;
  bool is_local = true;
  std::string text;
  while (rows.next(nullptr)) {
    text.clear();
    for (std::size_t i = 0; i < indices.size(); ++i) (text += i > 0 ? " " : "") += rows.text(i);
    const auto time = parser.parse(text);
    if (!time) {
      times_.clear();
      return;
    }
    times_.push_back(*time);
    if (zone_ == nullptr) continue;
    days.add(*time, 0);
    clock_.push_back(static_cast<std::int32_t>(parser.second_of_day()));
    is_local = is_local && !parser.had_offset() && clock_.back() >= 0;
  }
  if (!is_local || days.one_clock()) zone_ = nullptr;
}

std::vector<std::int64_t> FileTimes::of_series(const std::vector<std::int64_t>& series) const {
  std::vector<std::int64_t> times = times_;
  if (zone_ == nullptr) return times;
  std::vector<std::vector<std::size_t>> rows;
  for (std::size_t row = 0; row < series.size(); ++row) {
    const auto s = static_cast<std::size_t>(series[row]);
    if (s >= rows.size()) rows.resize(s + 1);
    rows[s].push_back(row);
  }
  for (const auto& of_one : rows) read_clocks(times, of_one);
  return times;
}

/// Times that cannot be told apart stay as written: they repeat, which tells that these rows are no series.
void FileTimes::read_clocks(std::vector<std::int64_t>& times, const std::vector<std::size_t>& rows) const {
  std::vector<std::int64_t> time;
  std::vector<std::int32_t> clock;
  for (const std::size_t row : rows) time.push_back(times_[row]), clock.push_back(clock_[row]);
  try {
    make_utc({time, clock, [](std::int64_t) { return std::string(); }}, *zone_, {});
  } catch (const Error&) {
    return;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) times[rows[i]] = time[i];
}

}  // namespace pipeline
