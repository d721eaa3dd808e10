#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

/// What the name of a column says of the column, as people name times and ids.
namespace pipeline {

/// Whether the name is one of the words (in small letters), whatever its capitals.
[[nodiscard]] bool is_named(std::string_view name, std::initializer_list<std::string_view> words);
/// Whether the name holds one of the words (in small letters).
[[nodiscard]] bool mentions(std::string_view name, std::initializer_list<std::string_view> words);

[[nodiscard]] bool is_date_name(std::string_view name);
[[nodiscard]] bool is_clock_name(std::string_view name);
/// A name that a time may have, and other things too: "weekly_sales" mentions the week.
[[nodiscard]] bool is_time_name(std::string_view name);
/// A name for a time and nothing else, so that numbers below it may count seconds or days.
[[nodiscard]] bool is_sure_time_name(std::string_view name);
/// A part of a time that repeats from day to day or from year to year: an hour, a month, a week. It tells no series apart.
[[nodiscard]] bool is_part_of_time_name(std::string_view name);
/// A name for what tells things apart: "unique_id", "store_nbr", "item".
[[nodiscard]] bool is_id_name(std::string_view name);
/// A name for the id of a series and nothing else.
[[nodiscard]] bool is_series_name(std::string_view name);

}  // namespace pipeline
