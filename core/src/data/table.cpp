#include "data/table.h"

#include <algorithm>
#include <limits>

#include "data/column_times.h"
#include "data/csv_cure.h"
#include "data/guess.h"
#include "data/layout_rows.h"
#include "data/local_days.h"
#include "data/series_time.h"
#include "data/time_parser.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t rows_between_polls = 1 << 16;  // a few milliseconds of reading

/// The row's time as one text, from one column or several.
class TimeText {
 public:
  explicit TimeText(std::size_t columns) : columns_(columns) {}
  std::string_view of(const CsvFilesReader& rows) {
    if (columns_ == 1) return rows.text(0);
    joined_.clear();
    for (std::size_t i = 0; i < columns_; ++i) (joined_ += i > 0 ? " " : "") += rows.text(i);
    return joined_;
  }

 private:
  std::size_t columns_;
  std::string joined_;
};

/// The cells of the row's id, which follow those of its time.
class IdCells {
 public:
  IdCells(std::size_t first, std::size_t count) : first_(first), cells_(count) {}
  std::span<const std::string_view> of(const CsvFilesReader& rows) {
    for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] = rows.text(first_ + i);
    return cells_;
  }

 private:
  std::size_t first_;
  std::vector<std::string_view> cells_;
};

std::int64_t number_of(PanelRows& panel, std::span<const std::string_view> cells, const CsvFilesReader& rows) {
  try {
    return panel.ids().number_of(cells);
  } catch (const Error& error) {
    throw data_error(rows.place() + ": " + error.what());
  }
}

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

/// Reads the times of rows, one after the other.
class TimeReading {
 public:
  explicit TimeReading(const TableRequest& request) : request_(request), parser_(request.time_format), text_(request.time_columns.size()) {
    if (request.zone) parser_.allow_hour_25(), clock_.emplace(request.scratch);
  }

  void reserve(std::int64_t rows) {
    if (clock_) clock_->reserve(static_cast<std::size_t>(rows));
  }
  std::int64_t read(const CsvFilesReader& rows, std::int64_t row) {
    const std::string_view text = text_.of(rows);
    const auto time = parser_.parse(text);
    const auto advice = [&] {
      const std::string cure = units_cure(rows.file());
      return cure.empty() ? format_advice(rows.file(), request_.time_columns, request_.time_format) : cure;
    };
    if (!time) throw data_error(rows.place() + ": \"" + std::string(text) + "\" is no time: " + parser_.cure(text, advice));
    const bool utc = parser_.had_offset() || (request_.zone && parser_.second_of_day() < 0);  // counts since 1970 are UTC
    if (row == 0) utc_ = utc;
    if (utc != utc_) {
      throw data_error(rows.place() + ": the time \"" + std::string(text) + "\" has " + (utc_ ? "no" : "an") +
                       " offset from UTC, and those before have " + (utc_ ? "one" : "none") + "; write all times in one way");
    }
    if (utc) days_.add(*time, request_.zone ? request_.zone->to_local(*time) - *time : parser_.offset() * nanoseconds_per_second);
    if (clock_) clock_->data()[row] = static_cast<std::int32_t>(parser_.second_of_day());
    return *time;
  }

  [[nodiscard]] bool utc() const { return utc_; }
  [[nodiscard]] const LocalDays& days() const { return days_; }
  /// With a time zone: of each row the seconds from midnight, as written.
  [[nodiscard]] std::optional<ScratchArray<std::int32_t>>& clock() { return clock_; }

 private:
  const TableRequest& request_;
  TimeParser parser_;
  TimeText text_;
  LocalDays days_;
  bool utc_ = false;
  std::optional<ScratchArray<std::int32_t>> clock_;
};

}  // namespace

/// The cells of a line that are read. `texts` holds those of its time, of its id, and then of its columns of words.
struct Table::Cells {
  std::vector<std::size_t> numbers, texts;      // columns of the file
  std::vector<std::size_t> number_to, word_to;  // the columns of the table that take them
  std::vector<std::size_t> word_text{};         // the places of the words among the texts
  [[nodiscard]] bool in_place() const { return word_to.empty() && (number_to.empty() || number_to.back() + 1 == number_to.size()); }
};

Table::Table(const TableRequest& request)
    : files_(request.files, request.format),
      zone_(request.zone),
      columns_(request.columns.size()),
      has_time_(!request.time_columns.empty() || request.layout == Layout::dates_across),
      values_(request.scratch),
      time_(request.scratch) {
  if (request.layout != Layout::columns) panel_.emplace(request.scratch);
  if (request.layout == Layout::wide || request.layout == Layout::dates_across) {
    read_layout(request);
    return;
  }
  if (!request.frequency_column.empty()) frequency_words_.emplace();
  try {
    read_rows(request, find_cells(request));
  } catch (const Error&) {
    files_.require_unchanged();  // a change explains the mistake
    throw;
  }
  files_.require_unchanged();
  if (rows_ == 0) throw data_error(request.files.front().string() + " has a header and no rows");
}

Table::Cells Table::find_cells(const TableRequest& request) const {
  Cells cells;
  const CsvFile& file = files_.first();
  for (const std::string& name : request.time_columns) cells.texts.push_back(file.index_of(name));
  for (const std::string& name : request.series_columns) {
    if (!file.has(name))
      throw data_error(file.path().string() + " has no column \"" + name + "\", which tells its series apart" +
                       suggest(name, file.names()));
    cells.texts.push_back(file.index_of(name));
  }
  for (std::size_t i = 0; i < columns_; ++i) {
    if (i >= request.required && !file.has(request.columns[i])) continue;  // NaN
    if (request.word_columns.contains(request.columns[i])) {
      cells.word_text.push_back(place_of_text(file, request.columns[i], cells.texts));
      cells.word_to.push_back(i);
    } else {
      cells.numbers.push_back(file.index_of(request.columns[i]));
      cells.number_to.push_back(i);
    }
  }
  return cells;
}

void Table::read_layout(const TableRequest& request) {
  LayoutRows rows(columns_, values_, time_, *panel_);
  request.layout == Layout::wide ? read_wide(files_, request, rows) : read_dates_across(files_, request, rows);
  rows_ = rows.rows();
  utc_ = rows.utc;
  words_ = std::move(rows.words);
  local_days_ = rows.local_days;
  disorder_ = rows.disorder;
  empty_rows_ = rows.empty_rows;
  if (request.layout == Layout::dates_across && !is_in_order()) arrange(request);
  if (request.resampling && rows_ > 0) resample(request);
  files_.require_unchanged();
  if (rows_ == 0) throw data_error(request.files.front().string() + " has a header and no values");
}

void Table::read_rows(const TableRequest& request, const Cells& cells) {
  std::vector<std::size_t> texts = cells.texts;
  const std::size_t frequency_text = frequency_words_ ? place_of_text(files_.first(), request.frequency_column, texts) : 0;
  CsvFilesReader rows(files_, cells.numbers, texts);
  const bool in_place = cells.in_place();
  std::vector<double> numbers(in_place ? 0 : cells.numbers.size());
  for (const std::size_t column : cells.word_to) {
    const auto known = request.words.find(request.columns[column]);
    words_.emplace(column, known == request.words.end() ? WordCodes() : WordCodes(known->second));
  }
  TimeReading times(request);
  IdCells id(request.time_columns.size(), request.series_columns.size());
  for (;; ++rows_) {
    if (rows_ == capacity_) {
      const auto read = static_cast<double>(std::max<std::size_t>(rows.consumed(), 1));
      const double expected = rows_ < 1000 ? 1000 : 1.01 * static_cast<double>(rows_) * static_cast<double>(files_.size()) / read;
      make_room(std::max(rows_ + 1000, static_cast<std::int64_t>(expected)));
      times.reserve(capacity_);
    }
    if (rows_ % rows_between_polls == 0 && request.cancel != nullptr && request.cancel->load(std::memory_order_relaxed) != 0)
      throw Error(ExitStatus::interrupted, "interrupted after " + format_count(rows_) + " rows of " + rows.file().path().string());
    double* const values = row(rows_);
    if (!rows.next(in_place ? values : numbers.data())) break;
    std::fill(in_place ? values + cells.numbers.size() : values, values + columns_, missing);
    for (std::size_t i = 0; i < numbers.size(); ++i) values[cells.number_to[i]] = numbers[i];
    if (!cells.word_to.empty()) read_words(request, cells, rows, values);
    time_.data()[rows_] = has_time_ ? times.read(rows, rows_) : rows_;
    if (panel_) panel_->set(rows_, number_of(*panel_, id.of(rows), rows), rows_);
    if (frequency_words_) add_frequency_word(request, rows.text(frequency_text), rows);
  }
  empty_rows_ = rows.empty_rows();
  utc_ = times.utc();
  bring_into_order(request, times.days(), times.clock());
}

void Table::read_words(const TableRequest& request, const Cells& cells, const CsvFilesReader& rows, double* values) {
  for (std::size_t i = 0; i < cells.word_to.size(); ++i) {
    const std::string_view word = rows.text(cells.word_text[i]);
    if (word.empty() || request.format.is_missing_word(word, request.columns[cells.word_to[i]])) continue;
    values[cells.word_to[i]] = static_cast<double>(words_.at(cells.word_to[i]).code_of(word));
  }
}

const WordCodes* Table::words(std::size_t column) const {
  const auto found = words_.find(column);
  return found == words_.end() ? nullptr : &found->second;
}

void Table::take_columns(std::span<const std::size_t> from, const std::filesystem::path& scratch) {
  ScratchArray<double> values(scratch);
  values.reserve(static_cast<std::size_t>(rows_) * from.size());
  double* to = values.data();
  for (std::int64_t r = 0; r < rows_; ++r) {
    for (const std::size_t column : from) *to++ = column == no_column ? missing : row(r)[column];
  }
  std::map<std::size_t, WordCodes> words;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (auto node = words_.extract(from[i])) words.emplace(i, std::move(node.mapped()));
  }
  words_ = std::move(words);
  values_ = std::move(values);
  columns_ = from.size();
}

void Table::take_rows(std::span<const std::int64_t> from, std::span<const std::int64_t> times, const std::filesystem::path& scratch) {
  ScratchArray<double> values(scratch);
  ScratchArray<std::int64_t> time(scratch), origins(scratch);
  values.reserve(from.size() * columns_);
  time.reserve(from.size());
  origins.reserve(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    const bool is_new = from[i] < 0;
    double* const to = values.data() + i * columns_;
    is_new ? std::fill_n(to, columns_, missing) : std::copy_n(row(from[i]), columns_, to);
    time.data()[i] = is_new ? times[i] : time_.data()[from[i]];
    origins.data()[i] = is_new ? -from[i] - 1 : from[i];
  }
  came_from(std::move(origins), static_cast<std::int64_t>(from.size()));
  values_ = std::move(values);
  time_ = std::move(time);
  rows_ = static_cast<std::int64_t>(from.size());
}

void Table::add_frequency_word(const TableRequest& request, std::string_view word, const CsvFilesReader& rows) {
  const std::int64_t series = panel_->series_of(rows_);
  const auto of_series = [&] { return rows.place() + ": series \"" + panel_->ids()[series] + "\" has "; };
  if (word.empty()) {
    throw data_error(of_series() + "no word in column \"" + request.frequency_column +
                     "\", which tells the frequency of each series: write it in every row");
  }
  const auto other = frequency_words_->add(series, word, rows_);
  if (!other) return;
  throw data_error(of_series() + "the word \"" + std::string(word) + "\" in column \"" + request.frequency_column + "\", and \"" +
                   (*frequency_words_)[frequency_words_->of(series)] + "\" in " + line_of(*other) +
                   ": all rows of a series have one frequency; correct the word, or give the rows an id of their own");
}

void Table::make_room(std::int64_t rows) {
  values_.reserve(static_cast<std::size_t>(rows) * columns_);
  time_.reserve(static_cast<std::size_t>(rows));
  if (panel_) panel_->reserve(rows);
  capacity_ = rows;
}

std::string Table::place(std::int64_t row) const {
  return line_of(file_row(row)) + (panel_ ? ": series \"" + panel_->id_of(row) + "\"" : "");
}

std::int64_t Table::file_row(std::int64_t row) const {
  if (panel_) return panel_->file_row(row);
  return file_rows_ ? file_rows_->data()[row] : row;
}

std::string Table::line_of(std::int64_t file_row) const {
  CsvFilesReader rows(files_, {}, {});
  for (std::int64_t i = 0; i <= file_row; ++i) rows.next(nullptr);
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
  if (panel_) panel_->move(from, to);
}

}  // namespace pipeline
