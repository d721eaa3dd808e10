#include "data/guess_steps.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "data/common_step.h"
#include "data/csv_reader.h"
#include "data/id_choices.h"
#include "data/series_ids.h"

namespace pipeline {
namespace {

using Times = std::vector<std::int64_t>;

/// The series of each word, if each series has one.
using SeriesOfWords = std::map<std::string, std::vector<std::size_t>>;

std::vector<Times> times_of_series(const std::vector<std::int64_t>& series, const Times& times) {
  std::vector<Times> out;
  for (std::size_t row = 0; row < times.size(); ++row) {
    const auto s = static_cast<std::size_t>(series[row]);
    if (s >= out.size()) out.resize(s + 1);
    out[s].push_back(times[row]);
  }
  for (Times& one : out) {
    std::ranges::sort(one);
    one.erase(std::ranges::unique(one).begin(), one.end());  // rows that repeat a time are left out
  }
  return out;
}

CommonStep step_of(const std::vector<Times>& times, const std::vector<std::size_t>& series) {
  std::vector<std::span<const std::int64_t>> chosen;
  for (const std::size_t s : series) chosen.emplace_back(times[s]);
  return common_step(chosen);
}

std::int64_t median_rows(const std::vector<Times>& times, const std::vector<std::size_t>& series) {
  std::vector<std::int64_t> rows;
  for (const std::size_t s : series) rows.push_back(std::ssize(times[s]));
  const auto middle = rows.begin() + std::ssize(rows) / 2;
  std::ranges::nth_element(rows, middle);
  return *middle;
}

/// For each column the series of its words; empty for a column with several words in one series, or with more than `most` in all.
std::vector<SeriesOfWords> series_of_words(const CsvFile& file, const std::vector<std::size_t>& columns,
                                           const std::vector<std::int64_t>& series, std::size_t most) {
  std::vector<std::map<std::int64_t, std::string>> word_of(columns.size());  // of each series
  std::vector<std::set<std::string, std::less<>>> words(columns.size());
  std::vector<bool> usable(columns.size(), true);
  CsvReader rows(file, {}, columns);
  for (std::size_t row = 0; rows.next(nullptr); ++row) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (!usable[c]) continue;
      const std::string_view cell = rows.text(c);
      const auto [known, is_new] = word_of[c].try_emplace(series[row], cell);
      words[c].emplace(known->second);
      usable[c] = !cell.empty() && cell == known->second && words[c].size() <= most;
    }
  }
  std::vector<SeriesOfWords> out(columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!usable[c]) continue;
    for (const auto& [s, word] : word_of[c]) out[c][word].push_back(static_cast<std::size_t>(s));
  }
  return out;
}

struct StepsOfWords {
  std::int64_t gaps = 0;
  std::int64_t usual_rows = std::numeric_limits<std::int64_t>::max();  ///< the least median of a word's series
};

/// nullopt: the series of some word have several steps.
std::optional<StepsOfWords> steps_of_words(const std::vector<Times>& times, const SeriesOfWords& words) {
  StepsOfWords out;
  for (const auto& [word, series] : words) {
    const CommonStep common = step_of(times, series);
    if (!common.others.empty()) return std::nullopt;
    out.gaps += common.gaps;
    out.usual_rows = std::min(out.usual_rows, median_rows(times, series));
  }
  return out;
}

}  // namespace

StepsGuess guess_steps(const CsvFile& file, const StepsQuestion& question) {
  SeriesIds ids;
  const std::vector<std::int64_t> series = series_of_rows(file, question.series_columns, ids);
  const std::vector<Times> times = times_of_series(series, question.times);
  std::vector<std::size_t> all(times.size());
  for (std::size_t s = 0; s < all.size(); ++s) all[s] = s;
  const CommonStep common = step_of(times, all);
  StepsGuess guess{.steps = {}, .gaps = common.gaps, .usual_rows = median_rows(times, all)};
  std::set<std::string> steps{common.frequency.text()};
  steps.insert(common.their_steps.begin(), common.their_steps.end());
  guess.steps.assign(steps.begin(), steps.end());
  if (common.others.empty()) return guess;
  const std::vector<SeriesOfWords> columns = series_of_words(file, question.words, series, 2 * steps.size());
  std::size_t fewest = 0;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].size() < 2 || (fewest > 0 && columns[c].size() >= fewest)) continue;
    const auto of_words = steps_of_words(times, columns[c]);
    if (!of_words) continue;
    fewest = columns[c].size();
    guess.frequency_column = static_cast<std::int64_t>(question.words[c]);
    guess.gaps = of_words->gaps, guess.usual_rows = of_words->usual_rows;
  }
  return guess;
}

}  // namespace pipeline
