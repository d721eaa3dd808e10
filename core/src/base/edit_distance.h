#pragma once

#include <cstddef>
#include <string_view>

namespace pipeline {

/// Letters to insert, remove or replace until the words are equal, whatever their case.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace pipeline
