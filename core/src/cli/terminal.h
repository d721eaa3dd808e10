#pragma once

#include <string>
#include <vector>

namespace pipeline {

/// The columns of the terminal that stdout is; 0 where it is none, so that lines stay whole for other programs.
[[nodiscard]] int output_width();
/// The columns of the text for people who ask for help: those of the terminal, else 80.
[[nodiscard]] int help_width();

/// The text in lines of at most `width` columns, broken at spaces only: a longer word has a line of its own. 0: one line.
[[nodiscard]] std::vector<std::string> wrapped(const std::string& text, std::size_t width);
/// The same as one text: lines after the first are indented by `indent` columns, and so is room left before the first.
[[nodiscard]] std::string wrapped_after(std::size_t indent, const std::string& text, int width);

}  // namespace pipeline
