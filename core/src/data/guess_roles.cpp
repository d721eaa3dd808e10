#include "data/guess_roles.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

#include "data/csv_reader.h"
#include "data/series_ids.h"

namespace pipeline {
namespace {

/// What a row says of its series.
struct RowFacts {
  std::size_t series = 0;
  std::int64_t place = 0;     ///< in the order of time; no_place: the row is left out
  bool may_be_ahead = false;  ///< it has no target, and some other number
};

class RoleReading {
 public:
  RoleReading(const CsvFile& file, const RoleQuestion& question) : file_(file), question_(question) {
    for (const auto* names : {&question.series_columns, &question.numbers, &question.words}) {
      for (const std::string& name : *names) texts_.push_back(file.index_of(name));
    }
    for (const std::string& name : question.numbers) {
      numbers_.push_back(file.index_of(name));
      is_target_.push_back(std::ranges::find(question.targets, name) != question.targets.end());
    }
    is_fixed_.assign(candidates(), true);
    differs_.assign(candidates(), false);
  }

  [[nodiscard]] ColumnRoles read() {
    read_facts();
    ColumnRoles out;
    for (std::size_t c = 0; c < candidates(); ++c) {
      const bool is_number = c < numbers_.size();
      if (!is_fixed_[c] || !differs_[c] || (is_number && is_target_[c])) continue;
      out.fixed.push_back(is_number ? question_.numbers[c] : question_.words[c - numbers_.size()]);
    }
    add_rows_ahead(out);
    return out;
  }

 private:
  [[nodiscard]] std::size_t candidates() const { return question_.numbers.size() + question_.words.size(); }

  /// What each row says, and which columns are fixed.
  void read_facts() {
    CsvReader rows(file_, numbers_, texts_);
    std::vector<double> values(numbers_.size());
    while (rows.next(values.data())) {
      const std::size_t row = rows_.size();
      bool has_target = false, has_value = false;
      for (std::size_t c = 0; c < values.size(); ++c) {
        has_value = has_value || !std::isnan(values[c]);
        has_target = has_target || (is_target_[c] && !std::isnan(values[c]));
      }
      rows_.push_back(
          {series_of_row(rows), question_.order.empty() ? static_cast<std::int64_t>(row) : question_.order[row], has_value && !has_target});
      compare_with_first(rows, rows_.back().series);
    }
  }

  std::size_t series_of_row(const CsvReader& rows) {
    if (question_.series_columns.empty()) return 0;
    id_.clear();
    for (std::size_t i = 0; i < question_.series_columns.size(); ++i) id_.push_back(rows.text(i));
    return static_cast<std::size_t>(ids_.number_of(id_));
  }

  void compare_with_first(const CsvReader& rows, std::size_t series) {
    const std::size_t ids = question_.series_columns.size(), from = series * candidates();
    const bool is_new = first_.size() == from;
    for (std::size_t c = 0; c < candidates(); ++c) {
      const std::string_view cell = rows.text(ids + c);
      if (is_new) first_.emplace_back(cell);
      differs_[c] = differs_[c] || cell != first_[c];
      is_fixed_[c] = is_fixed_[c] && cell == first_[from + c];
    }
  }

  /// The last place of each series, in the order of time, at which a row is not ahead; no_place where there is none.
  [[nodiscard]] std::vector<std::int64_t> last_places() const {
    std::vector<std::int64_t> last;
    for (const RowFacts& row : rows_) {
      if (row.series >= last.size()) last.resize(row.series + 1, RoleQuestion::no_place);
      if (!row.may_be_ahead) last[row.series] = std::max(last[row.series], row.place);
    }
    return last;
  }

  /// The lengths of the runs of rows without a target: those elsewhere, and those at the ends of series.
  [[nodiscard]] std::array<std::vector<std::int64_t>, 2> runs_without_target(const std::vector<bool>& ahead) const {
    std::vector<std::size_t> order(rows_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t row) { return std::pair(rows_[row].series, rows_[row].place); });
    std::array<std::vector<std::int64_t>, 2> runs;
    bool goes_on = false;
    std::size_t series = 0;
    for (const std::size_t row : order) {
      if (rows_[row].place == RoleQuestion::no_place) continue;
      if (std::exchange(series, rows_[row].series) != rows_[row].series) goes_on = false;
      std::vector<std::int64_t>& lengths = runs[ahead[row] ? 1 : 0];
      if (rows_[row].may_be_ahead && !(goes_on && !lengths.empty())) lengths.emplace_back(0);
      if (rows_[row].may_be_ahead) ++lengths.back();
      goes_on = rows_[row].may_be_ahead;
    }
    return runs;
  }

  /// Whether the last rows lack a target by chance: runs as long are common elsewhere, or a short one stands there too.
  [[nodiscard]] bool are_by_chance(const std::vector<bool>& ahead) const {
    const auto [elsewhere, at_ends] = runs_without_target(ahead);
    const std::int64_t longest = std::ranges::max(at_ends);
    std::int64_t rows = 0;  // in runs as long
    for (const std::int64_t length : elsewhere) rows += length >= longest ? length : 0;
    constexpr std::int64_t short_run = 3;
    return rows > 0 && (longest < short_run || 100 * rows > std::ssize(rows_));
  }

  void add_rows_ahead(ColumnRoles& out) {
    const std::vector<std::int64_t> last = last_places();
    for (const RowFacts& row : rows_) {
      const std::int64_t after = last[row.series];  // a series without any target has no row after it
      out.ahead.push_back(after != RoleQuestion::no_place && row.place > after);
    }
    out.future_rows = std::ranges::count(out.ahead, true);
    if (out.future_rows == 0 || are_by_chance(out.ahead)) {
      out.future_rows = 0;
      out.ahead.clear();
      return;
    }
    std::vector<std::int64_t> missing(numbers_.size());
    std::vector<double> values(numbers_.size());
    CsvReader rows(file_, numbers_, {});
    for (std::size_t row = 0; rows.next(values.data()); ++row) {
      for (std::size_t c = 0; c < values.size() && out.ahead[row]; ++c) missing[c] += std::isnan(values[c]) ? 1 : 0;
    }
    for (std::size_t c = 0; c < missing.size(); ++c) {
      const std::string& name = question_.numbers[c];
      out.missing += missing[c];
      const bool is_fixed = std::ranges::find(out.fixed, name) != out.fixed.end();
      if (missing[c] == 0 && !is_target_[c] && !is_fixed) out.known_future.push_back(name);
    }
  }

  const CsvFile& file_;
  const RoleQuestion& question_;
  std::vector<std::size_t> numbers_, texts_;  // columns of the file
  SeriesIds ids_;
  std::vector<std::string_view> id_;
  std::vector<bool> is_target_;
  std::vector<bool> is_fixed_, differs_;  // of each candidate: one value in each series; not the same in all
  std::vector<std::string> first_;        // [series, candidates] the first cells
  std::vector<RowFacts> rows_;            // of the file
};

}  // namespace

ColumnRoles guess_roles(const CsvFile& file, const RoleQuestion& question) { return RoleReading(file, question).read(); }

}  // namespace pipeline
