#include "data/series_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/csv_reader.h"
#include "data/series_ids.h"

namespace pipeline {
namespace {

std::vector<std::size_t> indices_of(const CsvFile& file, const std::vector<std::string>& names) {
  std::vector<std::size_t> out;
  for (const std::string& name : names) out.push_back(file.index_of(name));
  return out;
}

void sort_by_time(RowsOfSeries& rows) {
  if (std::ranges::is_sorted(rows.times)) return;
  std::vector<std::size_t> order(rows.times.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t row) { return rows.times[row]; });
  RowsOfSeries sorted;
  for (const std::size_t row : order) {
    sorted.times.push_back(rows.times[row]);
    sorted.complete.push_back(rows.complete[row]);
  }
  rows = std::move(sorted);
}

}  // namespace

void mark_gaps(RowsOfSeries& rows, const Frequency& frequency) {
  rows.after_gap.assign(rows.times.size(), false);
  for (std::size_t row = 1; row < rows.times.size() && !frequency.irregular(); ++row)
    rows.after_gap[row] = !frequency.follows(rows.times[row - 1], rows.times[row]);
}

std::vector<RowsOfSeries> rows_of_series(const CsvFile& file, const RowsQuestion& question) {
  const std::vector<std::size_t> numbers = indices_of(file, question.features), texts = indices_of(file, question.series_columns);
  CsvReader rows(file, numbers, texts);
  std::vector<double> values(numbers.size());
  std::vector<std::string_view> id(texts.size());
  SeriesIds ids;
  std::vector<RowsOfSeries> out;
  for (std::size_t row = 0; row < question.times.size() && rows.next(values.data()); ++row) {
    for (std::size_t i = 0; i < id.size(); ++i) id[i] = rows.text(i);
    const auto series = static_cast<std::size_t>(ids.number_of(id));
    if (series == out.size()) out.emplace_back();
    if (!question.left_out.empty() && question.left_out[row]) continue;
    out[series].times.push_back(question.times[row]);
    out[series].complete.push_back(std::ranges::none_of(values, [](double value) { return std::isnan(value); }));
  }
  for (RowsOfSeries& one : out) {
    sort_by_time(one);
    mark_gaps(one, question.frequency.empty() ? infer_frequency(one.times) : Frequency::parse(question.frequency));
  }
  return out;
}

}  // namespace pipeline
