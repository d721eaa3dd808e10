#pragma once

#include <cstdint>
#include <map>

#include "data/csv_files.h"
#include "data/mapped_file.h"
#include "data/panel_rows.h"
#include "data/table.h"

namespace pipeline {

/// A table that a file with series side by side or one a row is read into.
class LayoutRows {
 public:
  LayoutRows(std::size_t columns, ScratchArray<double>& values, ScratchArray<std::int64_t>& time, PanelRows& panel)
      : columns_(columns), values_(values), time_(time), panel_(panel) {}

  [[nodiscard]] SeriesIds& ids() { return panel_.ids(); }
  /// Adds a row, whose levels the caller writes to the place returned.
  double* add(std::int64_t series, std::int64_t time, std::int64_t file_row);
  [[nodiscard]] std::int64_t rows() const { return rows_; }

  bool utc = false;         ///< whether the times had offsets, or became UTC by a zone
  bool local_days = false;  ///< Table::local_days()
  Disorder disorder;        ///< Table::disorder() of the file
  std::int64_t empty_rows = 0;
  std::map<std::size_t, WordCodes> words{};  ///< of columns

 private:
  std::size_t columns_;
  ScratchArray<double>& values_;
  ScratchArray<std::int64_t>& time_;
  PanelRows& panel_;
  std::int64_t rows_ = 0, capacity_ = 0;
};

/// Layout wide: each of request.wide becomes a series, whose values are the first of request.columns; the other columns are the same for
/// all. A series begins and ends with its first and last value, or ends with the file where request.keep_ends says so. A column may be
/// absent unless request.all_series. Error (data) as Table throws it.
void read_wide(const CsvFiles& files, const TableRequest& request, LayoutRows& out);

/// Layout dates_across: each row of the file becomes a series, which begins and ends with its first and last value; the columns whose names
/// are times hold the values. Error (data) for a file without such columns, or with two rows of one id.
void read_dates_across(const CsvFiles& files, const TableRequest& request, LayoutRows& out);

}  // namespace pipeline
