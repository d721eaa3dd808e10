#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/data/series.h"

namespace pipeline {

/// The first row after each split of a series, in the order of time. Without calibration it ends where val does.
using SplitEnd = std::array<std::int64_t, 4>;
constexpr const char* name_of(Split split) { return split_names[static_cast<std::size_t>(split)]; }
inline constexpr std::array splits_in_time{Split::train, Split::val, Split::calibration, Split::test};

/// The division of rows (or of windows made elsewhere) in the order of time: the top-level `split` of a workflow.
struct SplitRule {
  enum class Kind { fractions, counts, times, tails };
  Kind kind = Kind::fractions;
  std::array<double, 3> fractions{0.7, 0.15, 0.15};
  std::array<std::int64_t, 3> counts{};
  std::array<std::int64_t, 2> times{};  ///< first time of validation, first time of test
  /// Rows of val, calibration and test at the end of a series, or shares of its rows; 0: there is no such split. Training has all rows
  /// before.
  std::array<double, 3> tails{};
  bool tails_are_shares = false;
  std::map<std::string, Value>
      tails_by_word{};  ///< of each word of frequency_column a table of val, test and calibration; empty: all series have `tails`

  /// Three fractions, three counts, two times, or a table of val, test and perhaps calibration; null: the default. Error (usage) otherwise.
  [[nodiscard]] static SplitRule parse(const Value& value);
  /// The ends of the splits of `rows` rows. Only times need `rows_before(time)`. Error (data) when counts exceed `rows` or a
  /// split is empty; `what` names the rows in its sentence.
  [[nodiscard]] SplitEnd ends(std::int64_t rows, const std::function<std::int64_t(std::int64_t)>& rows_before,
                              const std::string& what) const;
  /// The same of tails, where a split may be empty; nullopt if no row is left to train on, or a share of the rows is none.
  [[nodiscard]] std::optional<SplitEnd> tail_ends(std::int64_t rows) const;
  /// The rule of the series of a frequency word, which has no words itself.
  [[nodiscard]] SplitRule of_word(const std::string& word) const;
  /// Whether the split is asked to be empty; calibration is, unless a table names it.
  [[nodiscard]] bool leaves_out(Split split) const;
};

/// What is wrong with a workflow's `split`, as a sentence with the cure; empty: nothing.
[[nodiscard]] std::string split_table_mistake(const Value& split);

/// The option that tells how many rows a window needs before its horizon, and their number.
struct RowsBefore {
  const char* option = "window";  ///< or min_observed, of padded windows
  std::int64_t rows = 0;
};
/// Why min_observed cannot be above window, with the cure.
[[nodiscard]] std::string min_observed_mistake(std::int64_t min_observed, std::int64_t window);
/// Why no window lies in a split that has `rows` ("70 rows"), with the cure.
[[nodiscard]] std::string no_window_sentence(std::string_view split, const std::string& rows, const RowsBefore& before,
                                             std::int64_t horizon);

}  // namespace pipeline
