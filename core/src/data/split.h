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

/// The division of rows (or of windows made elsewhere) in the order of time: the top-level `split` of a workflow.
struct SplitRule {
  enum class Kind { fractions, counts, times, tails };
  Kind kind = Kind::fractions;
  std::array<double, 3> fractions{0.7, 0.15, 0.15};
  std::array<std::int64_t, 3> counts{};
  std::array<std::int64_t, 2> times{};  ///< first time of validation, first time of test
  /// Rows of validation and test at the end of a series, or shares of its rows; 0: there is no such split. Training has all rows before.
  std::array<double, 2> tails{};
  bool tails_are_shares = false;
  std::map<std::string, Value>
      tails_by_word{};  ///< of each word of frequency_column a table of val and test; empty: all series have `tails`

  /// Three fractions, three counts, two times, or a table of val and test; null: the default. Error (usage) otherwise.
  [[nodiscard]] static SplitRule parse(const Value& value);
  /// First row after train, val and test, of `rows` rows. Only times need `rows_before(time)`. Error (data) when counts exceed `rows` or a
  /// split is empty; `what` names the rows in its sentence.
  [[nodiscard]] std::array<std::int64_t, 3> ends(std::int64_t rows, const std::function<std::int64_t(std::int64_t)>& rows_before,
                                                 const std::string& what) const;
  /// The same of tails, where a split may be empty; nullopt if no row is left to train on, or a share of the rows is none.
  [[nodiscard]] std::optional<std::array<std::int64_t, 3>> tail_ends(std::int64_t rows) const;
  /// The rule of the series of a frequency word, which has no words itself.
  [[nodiscard]] SplitRule of_word(const std::string& word) const;
  /// Whether the split is asked to be empty.
  [[nodiscard]] bool leaves_out(Split split) const;
};

/// What is wrong with a workflow's `split`, as a sentence with the cure; empty: nothing.
[[nodiscard]] std::string split_table_mistake(const Value& split);

/// Why no window lies in a split that has `rows` ("70 rows"), with the cure.
[[nodiscard]] std::string no_window_sentence(std::string_view split, const std::string& rows, std::int64_t window, std::int64_t horizon);

}  // namespace pipeline
