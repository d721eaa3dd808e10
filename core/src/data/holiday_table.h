#pragma once

#include <string_view>

namespace pipeline {

/// core/src/data/holidays/table.csv, which is part of the program.
[[nodiscard]] std::string_view holiday_table();

}  // namespace pipeline
