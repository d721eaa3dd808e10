#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backtest_options.h"
#include "pipeline/data/series.h"
#include "pipeline/data/time_text.h"
#include "pipeline/data/windows.h"

namespace pipeline::stage::backtest {

/// Where the cutoffs of a backtest lie. They are counted back from the end of each series' test split: the last one is the row whose
/// horizon ends there. A cutoff is the last row that a forecast knows. Numbers by group are of the frequency groups, or one where there are
/// none.
class CutoffGrid {
 public:
  /// Error (usage) if step_size is a table that does not fit the groups, or if `split` leaves rows of a panel after the test unused.
  CutoffGrid(const Series& series, const Windows& windows, const BacktestOptions& options);

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::int64_t groups() const { return std::ssize(horizon_); }
  [[nodiscard]] std::int64_t group_of(std::int64_t series) const { return series_.panel().group_of(series).value_or(0); }
  [[nodiscard]] std::int64_t horizon(std::int64_t group) const { return horizon_[static_cast<std::size_t>(group)]; }
  [[nodiscard]] std::int64_t step(std::int64_t group) const { return step_[static_cast<std::size_t>(group)]; }
  /// Rows after the test split, which no split uses.
  [[nodiscard]] std::int64_t unused(std::int64_t group) const { return unused_[static_cast<std::size_t>(group)]; }
  /// The row of cutoff `number`, 0 being the oldest; nullopt where the series begins later.
  [[nodiscard]] std::optional<std::int64_t> row(std::int64_t series, std::int64_t number) const;
  /// The number of the cutoff in a row; nullopt: there is none.
  [[nodiscard]] std::optional<std::int64_t> number(std::int64_t series, std::int64_t row) const;
  /// The time of a cutoff, of many series the newest.
  [[nodiscard]] std::string time_of(std::int64_t number) const;
  /// How many cutoffs have a first forecast less than `gap` rows behind the beginning of some series' test split.
  [[nodiscard]] std::int64_t before_test(std::int64_t gap) const;
  /// A number of each group as an option: a number, or a table by the groups' words.
  [[nodiscard]] Value option(const std::vector<std::int64_t>& of_groups) const;
  /// Of each group what an option says, a number or a table.
  [[nodiscard]] std::vector<std::int64_t> numbers(const std::string& name, const Value& option) const;

 private:
  [[nodiscard]] std::vector<std::int64_t> unused_rows() const;

  const Series& series_;
  std::int64_t count_;
  std::vector<std::int64_t> horizon_, step_, unused_;
  TimeText text_;
};

}  // namespace pipeline::stage::backtest
