#include "cutoff_grid.h"

#include <algorithm>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"

namespace pipeline::stage::backtest {

namespace {

std::vector<std::int64_t> horizons_of(const Windows& windows) {
  std::vector<std::int64_t> by_group = horizons_of_groups(windows.info().horizons, windows.series()->info());
  const auto& panel = windows.series()->info().panel;
  if (by_group.empty()) by_group.assign(panel ? std::max<std::size_t>(panel->groups.size(), 1) : 1, windows.info().horizon);
  return by_group;
}

}  // namespace

CutoffGrid::CutoffGrid(const Series& series, const Windows& windows, const BacktestOptions& options)
    : series_(series), count_(options.n_windows), horizon_(horizons_of(windows)), text_(series.info(), series.time()) {
  step_ = options.step_size.is_null() ? horizon_ : numbers("step_size", options.step_size);
  unused_ = unused_rows();
}

std::vector<std::int64_t> CutoffGrid::unused_rows() const {
  std::vector<std::int64_t> out(horizon_.size(), -1);
  for (std::int64_t s = 0; s < series_.series_count(); ++s) {
    const Segment all = series_.rows_of(s);
    const std::int64_t rows = all.first + all.count - series_.split_end(s)[2];
    std::int64_t& of_group = out[static_cast<std::size_t>(group_of(s))];
    if (of_group >= 0 && of_group != rows)
      throw usage_error(
          "split leaves rows after the test unused, and of some series more than of others: a backtest counts back from the "
          "end of the test; write split = { val = ..., test = ... }, which leaves none");
    of_group = rows;
  }
  std::ranges::replace(out, -1, 0);
  return out;
}

std::vector<std::int64_t> CutoffGrid::numbers(const std::string& name, const Value& option) const {
  const auto& panel = series_.info().panel;
  if (!option.is_map()) return std::vector<std::int64_t>(horizon_.size(), option.as_int());
  if (!panel || panel->groups.empty())
    throw usage_error(name + " is a table by the words of a frequency_column, and the series have none: write one number");
  std::vector<std::string> words;
  for (const FrequencyGroup& group : panel->groups) words.push_back(group.word);
  for (const auto& [word, number] : option.as_map()) {
    if (std::ranges::find(words, word) == words.end())
      throw usage_error(name + " has a number for \"" + word + "\", which no row of frequency_column holds" + suggest(word, words));
  }
  std::vector<std::int64_t> out;
  for (const std::string& word : words) {
    const Value* number = option.find(word);
    if (!number) throw usage_error(name + " has no number for \"" + word + "\", a word of frequency_column: add " + word + " = ...");
    out.push_back(number->as_int());
  }
  return out;
}

Value CutoffGrid::option(const std::vector<std::int64_t>& of_groups) const {
  const auto& panel = series_.info().panel;
  if (!panel || panel->groups.empty()) return of_groups.front();
  Value::Map out;
  for (std::size_t g = 0; g < of_groups.size(); ++g) out[panel->groups[g].word] = of_groups[g];
  return out;
}

std::optional<std::int64_t> CutoffGrid::row(std::int64_t series, std::int64_t number) const {
  const std::int64_t group = group_of(series);
  const std::int64_t row = series_.split_end(series)[2] - 1 - horizon(group) - (count_ - 1 - number) * step(group);
  return row < series_.rows_of(series).first ? std::nullopt : std::optional(row);
}

std::optional<std::int64_t> CutoffGrid::number(std::int64_t series, std::int64_t row) const {
  const std::int64_t group = group_of(series), back = series_.split_end(series)[2] - 1 - horizon(group) - row;
  if (back < 0 || back % step(group) != 0 || back / step(group) >= count_) return std::nullopt;
  return count_ - 1 - back / step(group);
}

std::string CutoffGrid::time_of(std::int64_t number) const {
  std::optional<std::int64_t> newest;
  for (std::int64_t s = 0; s < series_.series_count(); ++s) {
    if (const auto at = row(s, number))
      newest = std::max(newest.value_or(series_.time()[static_cast<std::size_t>(*at)]), series_.time()[static_cast<std::size_t>(*at)]);
  }
  return newest ? text_(*newest) : "before the data";
}

std::int64_t CutoffGrid::before_test(std::int64_t gap) const {
  for (std::int64_t number = count_ - 1; number >= 0; --number) {
    for (std::int64_t s = 0; s < series_.series_count(); ++s) {
      // A series without a row in the test is forecast all the same, from its own rows.
      const Segment test = series_.rows_of(s, Split::test);
      const auto cutoff = row(s, number);
      if (test.count > 0 ? cutoff.value_or(-1) + 1 < test.first + gap : cutoff.has_value()) return number + 1;
    }
  }
  return 0;
}

}  // namespace pipeline::stage::backtest
