#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pipeline::stage::visualize {

/// "2016-07-01", "2016-07-01 13:00:00.5" or the same with T and Z, as milliseconds since 1970 UTC; nothing for other text.
[[nodiscard]] std::optional<double> milliseconds_of(std::string_view text);

}  // namespace pipeline::stage::visualize
