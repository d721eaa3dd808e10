#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "pipeline/data/series.h"

namespace pipeline {

/// The division of rows (or of windows made elsewhere) in the order of time: the top-level `split` of a workflow.
struct SplitRule {
  enum class Kind { fractions, counts, times };
  Kind kind = Kind::fractions;
  std::array<double, 3> fractions{0.7, 0.15, 0.15};
  std::array<std::int64_t, 3> counts{};
  std::array<std::int64_t, 2> times{};  ///< first time of validation, first time of test

  /// Three fractions, three counts or two times; null: the default. Error (usage) otherwise.
  [[nodiscard]] static SplitRule parse(const Value& value);
  /// First row after train, val and test, of `rows` rows. Only times need `rows_before(time)`. Error (data) when counts exceed `rows` or a
  /// split is empty; `what` names the rows in its sentence.
  [[nodiscard]] std::array<std::int64_t, 3> ends(std::int64_t rows, const std::function<std::int64_t(std::int64_t)>& rows_before,
                                                 const std::string& what) const;
};

/// Why no window lies in a split that has `rows` ("70 rows"), with the cure.
[[nodiscard]] std::string no_window_sentence(std::string_view split, const std::string& rows, std::int64_t window, std::int64_t horizon);

}  // namespace pipeline
