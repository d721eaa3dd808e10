#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "pipeline/data/text.h"
#include "pipeline/data/utf8.h"

namespace pipeline {

int output_width() {
  winsize size{};
  return ::isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int help_width() {
  constexpr int usual = 80;
  const int width = output_width();
  return width > 0 ? width : usual;
}

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  if (width == 0) return {text};
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t word = std::min(text.find_first_not_of(' ', at), text.size());
    const std::size_t end = std::min(text.find(' ', word), text.size());
    const std::string next = text.substr(at, end - at);  // with the spaces before it
    if (!lines.back().empty() && character_count(lines.back() + next) > width) {
      lines.push_back(text.substr(word, end - word));
    } else {
      lines.back() += next;
    }
    at = end;
  }
  return lines;
}

std::string wrapped_after(std::size_t indent, const std::string& text, int width) {
  const std::size_t room = width > 0 ? std::max<std::size_t>(static_cast<std::size_t>(width), indent + 1) - indent : 0;
  return join(wrapped(text, room), "\n" + std::string(indent, ' '));
}

}  // namespace pipeline
