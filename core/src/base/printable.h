#pragma once

#include <string>
#include <string_view>

namespace pipeline {

/// The text as it may be sent to a terminal: names from data, checkpoints and studies may hold characters that steer it, or that show the
/// text in another order than it has. Control characters (but line ends and tabs), those of U+0080 to U+009F and bytes that are no UTF-8
/// become \x1b; marks of direction and line separators become \u202e. All other text stays.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace pipeline
