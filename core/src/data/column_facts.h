#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "data/guess.h"

namespace pipeline {

/// Takes a cell into the facts of its column, or of whatever cells are looked at together.
void add_cell(ColumnFacts& facts, std::string_view cell, const NumberFormat& format, std::int64_t row);
/// The value of the outermost numbers if it stands far outside the others, and several times: nothing measured repeats so.
[[nodiscard]] std::optional<double> sentinel_of(const ColumnFacts& facts);
/// Whether the words of a column of `cells` cells mean "missing": one word, which holds no digit.
[[nodiscard]] bool is_missing_word(const ColumnFacts& column, std::int64_t cells);

}  // namespace pipeline
