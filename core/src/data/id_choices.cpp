#include "data/id_choices.h"

#include <algorithm>

#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr std::size_t most_choices = 16;  // each is a reading of the file

}  // namespace

bool is_whole_number(std::string_view cell) {
  return !cell.empty() && std::ranges::all_of(cell, [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::vector<std::size_t>> choices_of(const std::vector<IdCandidate>& candidates) {
  std::vector<std::vector<std::size_t>> choices;
  for (const IdCandidate& one : candidates) choices.push_back({one.column});
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    for (std::size_t j = i + 1; j < candidates.size(); ++j) {
      const auto [first, second] = std::minmax(candidates[i].column, candidates[j].column);
      choices.push_back({first, second});
    }
  }
  if (choices.size() > most_choices) choices.resize(most_choices);
  return choices;
}

std::vector<std::string> names_of(const CsvFile& file, const std::vector<std::size_t>& columns) {
  std::vector<std::string> names;
  for (const std::size_t c : columns) names.push_back(file.names()[c]);
  return names;
}

std::vector<std::int64_t> series_of_rows(const CsvFile& file, const std::vector<std::size_t>& columns, SeriesIds& ids) {
  CsvReader rows(file, {}, columns);
  std::vector<std::string_view> cells(columns.size());
  std::vector<std::int64_t> series;
  while (rows.next(nullptr)) {
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = rows.text(i);
    try {
      series.push_back(ids.number_of(cells));
    } catch (const Error&) {
      return {};
    }
  }
  return series;
}

}  // namespace pipeline
