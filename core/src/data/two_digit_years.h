#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Years of two digits, of which 69 is 1969 and 68 is 2068.
namespace pipeline {

/// The first row that lies about a hundred years before or after the row above it; nullopt if the format has no such years or no row does.
/// Such rows follow each other across the border, so that sorting them would scramble the series.
[[nodiscard]] std::optional<std::size_t> border_of_two_digit_years(std::string_view format, std::span<const std::int64_t> times);

/// The sentence for such a row, without a place: "the years 59 to 70 cross the border ...".
[[nodiscard]] std::string two_digit_years_text(std::span<const std::int64_t> times, std::size_t border);

}  // namespace pipeline
