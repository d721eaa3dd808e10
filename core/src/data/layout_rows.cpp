#include "data/layout_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "data/panel_plan.h"
#include "data/time_forms.h"
#include "data/time_parser.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// The numbers from the first to the last that is not NaN: [first, end).
template <class Number>
std::pair<std::int64_t, std::int64_t> without_empty_ends(std::int64_t count, Number number) {
  std::int64_t first = 0, end = count;
  while (first < end && std::isnan(number(first))) ++first;
  while (first < end && std::isnan(number(end - 1))) --end;
  return {first, end};
}

struct TimeColumns {
  std::vector<std::size_t> columns;  ///< of the file
  std::vector<std::int64_t> times;
  bool utc = false;
};

bool is_year(const std::string& name) {
  return name.size() == 4 && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether a name is a time in some form but the one that is asked for.
bool is_other_time(const std::string& name, std::vector<TimeParser>& forms) {
  if (std::ranges::none_of(name, [](char c) { return c >= '0' && c <= '9'; })) return false;
  return std::ranges::any_of(forms, [&](TimeParser& form) { return form.parse(name).has_value(); });
}

std::vector<TimeParser> parsers_of_all_forms() {
  std::vector<TimeParser> parsers;
  for (const std::string& form : time_forms()) {
    if (!form.empty()) parsers.emplace_back(form);  // without a form a plain number would be seconds since 1970
  }
  return parsers;
}

/// The columns whose names are times. Without a time_format a plain year would be read as seconds since 1970.
TimeColumns time_columns_of(const CsvFile& file, const TableRequest& request) {
  TimeParser parser(request.time_format);
  std::vector<TimeParser> forms = parsers_of_all_forms();
  std::string unread;
  TimeColumns out;
  for (std::size_t c = 0; c < file.names().size(); ++c) {
    const std::string& name = file.names()[c];
    if (std::ranges::find(request.series_columns, name) != request.series_columns.end()) continue;
    if (is_year(name) && request.time_format != "%Y") continue;
    const auto time = parser.parse(name);
    if (!time) {
      if (unread.empty() && is_other_time(name, forms)) unread = name;
      continue;
    }
    if (out.columns.empty()) out.utc = parser.had_offset();
    if (parser.had_offset() != out.utc)
      throw data_error(request.files.front().string() + ": some times among the names of its columns have an offset from UTC, and \"" +
                       name + "\" is written in another way; write all in one way");
    out.columns.push_back(c);
    out.times.push_back(*time);
  }
  if (out.columns.size() >= 2 && !unread.empty()) {
    throw data_error(request.files.front().string() + ": the column \"" + unread + "\" is a time too, and " +
                     (request.time_format.empty() ? "it is not written as the others are"
                                                  : "time_format = \"" + request.time_format + "\" does not read it") +
                     "; write the format that reads all of them");
  }
  if (out.columns.size() >= 2) return out;
  throw data_error(request.files.front().string() + ": layout = \"dates_across\" reads the names of its columns as times, and " +
                   (out.columns.empty() ? "none is" : "one alone is") +
                   "; say how they are written with time_format, as strptime takes it (\"%m/%d/%y\"; \"%Y\" for years)");
}

}  // namespace

double* LayoutRows::add(std::int64_t series, std::int64_t time, std::int64_t file_row) {
  if (rows_ == capacity_) {
    capacity_ = std::max<std::int64_t>(1000, 2 * capacity_);
    values_.reserve(static_cast<std::size_t>(capacity_) * columns_);
    time_.reserve(static_cast<std::size_t>(capacity_));
    panel_.reserve(capacity_);
  }
  time_.data()[rows_] = time;
  panel_.set(rows_, series, file_row);
  double* const row = values_.data() + static_cast<std::size_t>(rows_++) * columns_;
  std::fill_n(row, columns_, std::numeric_limits<double>::quiet_NaN());
  return row;
}

void read_wide(const CsvFiles& files, const TableRequest& request, LayoutRows& out) {
  TableRequest plain = request;
  plain.layout = Layout::columns;
  plain.resampling.reset();
  plain.columns.clear();
  for (const std::string& name : request.wide) {
    if (request.all_series || files.first().has(name)) plain.columns.push_back(name);
  }
  const std::size_t series = plain.columns.size();
  if (series == 0)
    throw data_error(request.files.front().string() + " has none of the columns that are series, such as \"" + request.wide.front() + "\"");
  const auto value = std::ranges::find(request.columns, wide_value) - request.columns.begin();
  std::vector<std::size_t> shared;  // the columns of the rows that are the same for all series
  for (std::size_t c = 0; c < request.columns.size(); ++c) {
    if (static_cast<std::ptrdiff_t>(c) == value) continue;
    shared.push_back(c);
    plain.columns.push_back(request.columns[c]);
  }
  plain.required = plain.columns.size();
  Table whole(plain);
  out.utc = whole.utc();
  out.local_days = whole.local_days();
  out.disorder = whole.disorder();
  out.empty_rows = whole.empty_rows();
  for (auto& [column, words] : whole.take_words()) out.words.emplace(shared[column - series], std::move(words));
  for (std::size_t s = 0; s < series; ++s) {
    const std::int64_t number = out.ids().number_of(plain.columns[s]);
    const auto [first, last] = without_empty_ends(whole.rows(), [&](std::int64_t row) { return whole.row(row)[s]; });
    const std::int64_t end = request.keep_ends && first < last ? whole.rows() : last;
    for (std::int64_t row = first; row < end; ++row) {
      const double* const from = whole.row(row);
      double* const to = out.add(number, whole.time()[static_cast<std::size_t>(row)], whole.file_row(row));
      to[value] = from[s];
      for (std::size_t c = 0; c < shared.size(); ++c) to[shared[c]] = from[series + c];
    }
  }
}

void read_dates_across(const CsvFiles& files, const TableRequest& request, LayoutRows& out) {
  const CsvFile& file = files.first();
  if (files.all().size() > 1)
    throw usage_error("layout = \"dates_across\" takes one file as source: its columns are the times, which other files would repeat");
  const TimeColumns across = time_columns_of(file, request);
  out.utc = across.utc;
  std::vector<std::size_t> id_columns;
  for (const std::string& name : request.series_columns) id_columns.push_back(file.index_of(name));
  CsvReader rows(file, across.columns, id_columns);
  std::vector<double> values(across.columns.size());
  std::vector<std::string_view> id(id_columns.size());
  for (std::int64_t row = 0; rows.next(values.data()); ++row) {
    for (std::size_t i = 0; i < id.size(); ++i) id[i] = rows.text(i);
    const std::int64_t known = out.ids().size();
    std::int64_t number = 0;
    try {
      number = out.ids().number_of(id);
    } catch (const Error& error) {
      throw data_error(rows.place() + ": " + error.what());
    }
    if (number < known)
      throw data_error(rows.place() + ": a second row has the id \"" + out.ids()[number] +
                       "\"; keep one row for each series, or name more columns in series_column");
    const auto [first, end] = without_empty_ends(std::ssize(values), [&](std::int64_t i) { return values[static_cast<std::size_t>(i)]; });
    for (std::int64_t i = first; i < end; ++i)
      *out.add(number, across.times[static_cast<std::size_t>(i)], row) = values[static_cast<std::size_t>(i)];
  }
}

}  // namespace pipeline
