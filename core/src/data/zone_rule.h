#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace pipeline {

/// The changes of the clocks in the years [first, last] by a POSIX rule such as "CET-1CEST,M3.5.0,M10.5.0/3": pairs of a time in seconds
/// UTC and the offset from then on in seconds east, ascending; one pair at the start of `first` for a rule without summer time. Error
/// (unexpected) for a text that is no such rule. Source: IEEE Std 1003.1, "TZ".
[[nodiscard]] std::vector<std::pair<std::int64_t, std::int64_t>> changes_by_rule(std::string_view rule, std::int64_t first,
                                                                                 std::int64_t last);

}  // namespace pipeline
