#include "data/column_times.h"

#include <algorithm>

#include "data/local_days.h"

namespace pipeline {
namespace {

constexpr std::size_t odd_cells_kept = 3;

/// Whether so many odd cells are few: three, or a twentieth of the rows.
bool are_few(std::int64_t odd, std::int64_t rows) { return odd < rows && (odd <= 3 || odd * 20 <= rows); }

/// The cells of some columns, row by row, joined by spaces.
class JoinedCells {
 public:
  JoinedCells(const CsvFile& csv, const std::vector<std::string>& columns) : indices_(indices(csv, columns)), rows_(csv, {}, indices_) {}
  bool next() {
    if (!rows_.next(nullptr)) return false;
    text_.clear();
    for (std::size_t i = 0; i < indices_.size(); ++i) (text_ += i > 0 ? " " : "") += rows_.text(i);
    return true;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  static std::vector<std::size_t> indices(const CsvFile& csv, const std::vector<std::string>& columns) {
    std::vector<std::size_t> out;
    for (const std::string& name : columns) out.push_back(csv.index_of(name));
    return out;
  }
  std::vector<std::size_t> indices_;
  CsvReader rows_;
  std::string text_;
};

/// One form at work on a column.
struct Reading {
  TimeParser parser;
  ColumnTimes read;
  bool has_zone = false;
  LocalDays days{};

  void add(const std::string& text, std::int64_t row) {
    if (const auto time = parser.parse(text)) {
      days.add(*time, parser.had_offset() ? parser.offset() * nanoseconds_per_second : 0);
      read.times.push_back(*time);
      read.had_offset = parser.had_offset();
      if (has_zone) read.clock.push_back(static_cast<std::int32_t>(parser.second_of_day()));
      return;
    }
    ++read.odd_count;
    read.out_of_range += parser.refusal() == NoTime::range;
    read.hour_25 += parser.refusal() == NoTime::hour_25;
    if (read.odd.size() < odd_cells_kept) read.odd.push_back({row, text, parser.refusal()});
  }
};

}  // namespace

bool ColumnTimes::nearly_all() const { return are_few(odd_count - out_of_range - hour_25, rows()); }

std::vector<ColumnTimes> read_in_forms(const CsvFile& csv, const std::vector<std::string>& columns, const std::vector<std::string>& forms,
                                       std::int64_t most, bool has_zone) {
  constexpr std::int64_t patience = 10;  // odd cells at the start of a file
  std::vector<Reading> readings;
  for (const std::string& form : forms) {
    readings.push_back({TimeParser(form), {.form = form, .times = {}}, has_zone});
    if (has_zone) readings.back().parser.allow_hour_25();
  }
  JoinedCells cells(csv, columns);
  for (std::int64_t row = 0; row < most && !readings.empty() && cells.next(); ++row) {
    for (Reading& reading : readings) reading.add(cells.text(), row);
    std::erase_if(readings, [&](const Reading& reading) { return reading.read.odd_count > patience && !reading.read.nearly_all(); });
  }
  std::vector<ColumnTimes> out;
  for (Reading& reading : readings) {
    if (!reading.read.nearly_all()) continue;
    reading.read.local_days = reading.days.all();
    if (reading.read.local_days) reading.days.make_local(reading.read.times);
    out.push_back(std::move(reading.read));
  }
  return out;
}

std::optional<MixedForms> read_mixed_forms(const CsvFile& csv, const std::vector<std::string>& columns,
                                           const std::vector<std::string>& forms, std::int64_t most) {
  constexpr std::int64_t patience = 3;
  std::vector<TimeParser> parsers;
  for (const std::string& form : forms) parsers.emplace_back(form);
  MixedForms mixed;
  std::size_t last = 0;  // consecutive rows mostly have the same form
  std::int64_t row = 0, odd = 0;
  JoinedCells cells(csv, columns);
  for (; row < most && cells.next() && (odd <= patience || are_few(odd, row)); ++row) {
    if (!parsers[last].parse(cells.text())) {
      const auto fits = [&](TimeParser& parser) { return parser.parse(cells.text()).has_value(); };
      const auto found = std::ranges::find_if(parsers, fits);
      if (found == parsers.end()) {
        ++odd;
        continue;
      }
      last = static_cast<std::size_t>(found - parsers.begin());
    }
    auto part = std::ranges::find(mixed.parts, forms[last], &MixedForms::Part::form);
    if (part == mixed.parts.end()) part = mixed.parts.insert(part, {forms[last], cells.text(), row, 0});
    ++part->rows;
  }
  if (!are_few(odd, row) || mixed.parts.size() < 2) return std::nullopt;
  return mixed;
}

std::string place_of_row(const CsvFile& csv, std::int64_t row) {
  CsvReader rows(csv, {}, {});
  for (std::int64_t i = 0; i <= row; ++i) rows.next(nullptr);
  return rows.place();
}

}  // namespace pipeline
