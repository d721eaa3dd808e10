#include "data/table.h"

#include <algorithm>
#include <limits>

#include "data/column_times.h"
#include "data/guess.h"
#include "data/local_days.h"
#include "data/series_time.h"
#include "data/time_parser.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr std::int64_t rows_between_polls = 1 << 16;  // a few milliseconds of reading

/// The row's time as one text, from one column or several.
class TimeText {
 public:
  explicit TimeText(std::size_t columns) : columns_(columns) {}
  std::string_view of(const CsvReader& rows) {
    if (columns_ == 1) return rows.text(0);
    joined_.clear();
    for (std::size_t i = 0; i < columns_; ++i) (joined_ += i > 0 ? " " : "") += rows.text(i);
    return joined_;
  }

 private:
  std::size_t columns_;
  std::string joined_;
};

/// How the times of a file may be written, tried on its rows, where one cannot be read in `form`.
std::string format_advice(const CsvFile& file, const std::vector<std::string>& columns, const std::string& form) {
  constexpr std::int64_t rows_tried = 100'000;
  for (const ColumnTimes& read : read_in_forms(file, columns, {form}, rows_tried)) {
    if (read.times.size() > static_cast<std::size_t>(read.odd_count))
      return "the other " + format_count(std::ssize(read.times)) + " cells can be read: write the time there";
  }
  const std::vector<std::string> formats = fitting_time_formats(file, columns);
  const auto quoted = [](const std::string& format) { return "\"" + format + "\""; };
  if (formats.size() == 1) return "write time_format = " + quoted(formats.front()) + ", which fits the rows";
  if (!formats.empty()) return "time_format = " + join(formats, quoted, " or ") + " fit the rows: write the one that is meant";
  if (const std::string mixed = mixed_forms_text(file, columns); !mixed.empty()) return mixed;
  return "say how times are written with time_format, as strptime takes it (\"%d.%m.%Y %H:%M\")";
}

}  // namespace

/// Reads the times of rows, one after the other.
class Table::TimeReading {
 public:
  TimeReading(const TableRequest& request, const CsvFile& file)
      : request_(request), file_(file), parser_(request.time_format), text_(request.time_columns.size()) {
    if (request.zone) parser_.allow_hour_25(), clock_.emplace(request.scratch);
  }

  void reserve(std::int64_t rows) {
    if (clock_) clock_->reserve(static_cast<std::size_t>(rows));
  }
  std::int64_t read(const CsvReader& rows, std::int64_t row) {
    const std::string_view text = text_.of(rows);
    const auto time = parser_.parse(text);
    const auto advice = [&] { return format_advice(file_, request_.time_columns, request_.time_format); };
    if (!time) throw data_error(rows.place() + ": \"" + std::string(text) + "\" is no time: " + parser_.cure(text, advice));
    const bool utc = parser_.had_offset() || (request_.zone && parser_.second_of_day() < 0);  // counts since 1970 are UTC
    if (row == 0) utc_ = utc;
    if (utc != utc_) {
      throw data_error(rows.place() + ": the time \"" + std::string(text) + "\" has " + (utc_ ? "no" : "an") +
                       " offset from UTC, and those before have " + (utc_ ? "one" : "none") + "; write all times in one way");
    }
    if (utc) days_.add(*time, request_.zone ? request_.zone->to_local(*time) - *time : parser_.offset() * nanoseconds_per_second);
    if (clock_) clock_->data()[row] = static_cast<std::int32_t>(parser_.second_of_day());
    increase_ = increase_ && *time > previous_;
    return previous_ = *time;
  }

  [[nodiscard]] bool utc() const { return utc_; }
  [[nodiscard]] bool increase() const { return increase_; }
  [[nodiscard]] const LocalDays& days() const { return days_; }
  /// With a time zone: of each row the seconds from midnight, as written.
  [[nodiscard]] const std::int32_t* clock() const { return clock_->data(); }

 private:
  const TableRequest& request_;
  const CsvFile& file_;
  TimeParser parser_;
  TimeText text_;
  LocalDays days_;
  bool utc_ = false, increase_ = true;
  std::int64_t previous_ = std::numeric_limits<std::int64_t>::min();
  std::optional<ScratchArray<std::int32_t>> clock_;
};

Table::Table(const TableRequest& request)
    : file_(request.file, request.format),
      zone_(request.zone),
      columns_(request.columns.size()),
      has_time_(!request.time_columns.empty()),
      values_(request.scratch),
      time_(request.scratch) {
  std::vector<std::size_t> numbers, texts, absent;
  for (const std::string& name : request.time_columns) texts.push_back(file_.index_of(name));
  for (std::size_t i = 0; i < columns_; ++i) {
    if (i >= request.required && !file_.has(request.columns[i])) {
      absent.push_back(i);
    } else {
      numbers.push_back(file_.index_of(request.columns[i]));
    }
  }
  // Absent columns come last: the columns that are read are the first of each row.
  if (!absent.empty() && absent.front() != numbers.size()) numbers.resize(absent.front());
  try {
    read_rows(request, numbers, texts);
  } catch (const Error&) {
    file_.require_unchanged();  // a change explains the mistake
    throw;
  }
  file_.require_unchanged();
  if (rows_ == 0) throw data_error(request.file.string() + " has a header and no rows");
}

void Table::read_rows(const TableRequest& request, std::span<const std::size_t> numbers, std::span<const std::size_t> texts) {
  CsvReader rows(file_, numbers, texts);
  TimeReading times(request, file_);
  for (;; ++rows_) {
    if (rows_ == capacity_) {
      const auto read = static_cast<double>(std::max<std::size_t>(rows.consumed(), 1));
      const double expected = rows_ < 1000 ? 1000 : 1.01 * static_cast<double>(rows_) * static_cast<double>(file_.size()) / read;
      make_room(std::max(rows_ + 1000, static_cast<std::int64_t>(expected)));
      times.reserve(capacity_);
    }
    if (rows_ % rows_between_polls == 0 && request.cancel != nullptr && request.cancel->load(std::memory_order_relaxed) != 0)
      throw Error(ExitStatus::interrupted, "interrupted after " + format_count(rows_) + " rows of " + request.file.string());
    double* const values = row(rows_);
    if (!rows.next(values)) break;
    for (std::size_t i = numbers.size(); i < columns_; ++i) values[i] = std::numeric_limits<double>::quiet_NaN();
    time_.data()[rows_] = has_time_ ? times.read(rows, rows_) : rows_;
  }
  if (has_time_ && rows_ > 0) settle_times(request, times);
  if (request.resampling && rows_ > 0) resample(request);
}

void Table::settle_times(const TableRequest& request, const TimeReading& read) {
  const std::span<std::int64_t> times{time_.data(), static_cast<std::size_t>(rows_)};
  bool increase = read.increase();
  utc_ = read.utc();
  if (utc_ && read.days().all()) {
    read.days().make_local(times);
    utc_ = false, local_days_ = true;
    increase = strictly_increases(times);
  } else if (zone_ && !utc_) {
    read_clocks(request, {read.clock(), times.size()});
    increase = strictly_increases(times);
  }
  if (!increase) arrange(request);
}

void Table::read_clocks(const TableRequest& request, std::span<const std::int32_t> clock) {
  const std::span<std::int64_t> times{time_.data(), static_cast<std::size_t>(rows_)};
  LocalDays days;
  for (const std::int64_t time : times) days.add(time, 0);
  local_days_ = days.one_clock();
  if (local_days_) return;
  make_utc({times, clock, [&](std::int64_t row) { return place(row); }}, *zone_, request.clocks);
  utc_ = true;
}

void Table::make_room(std::int64_t rows) {
  values_.reserve(static_cast<std::size_t>(rows) * columns_);
  time_.reserve(static_cast<std::size_t>(rows));
  capacity_ = rows;
}

std::string Table::place(std::int64_t row) const {
  CsvReader rows(file_, {}, {});
  if (file_rows_) row = file_rows_->data()[row];
  for (std::int64_t i = 0; i <= row; ++i) rows.next(nullptr);
  return rows.place();
}

std::string Table::time_text(std::int64_t row) const {
  const std::int64_t time = time_.data()[row];
  if (!has_time_) return "row " + std::to_string(time);
  return zone_ && utc_ ? local_text(*zone_, time, false) : format_time(time);
}

void Table::move_row(std::int64_t from, std::int64_t to) {
  if (from == to) return;
  std::copy_n(row(from), columns_, row(to));
  time_.data()[to] = time_.data()[from];
}

}  // namespace pipeline
