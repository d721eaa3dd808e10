#include "cli/terminal_output.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace pipeline;

TEST_CASE("names steer no terminal, and no character is cut") {
  std::ostringstream screen;
  {
    const TerminalOutput terminal(screen);
    screen << "col\x1b[31m" << '\xc3' << '\xbc' << "\n";
    CHECK(screen.str() == "col\\x1b[31mü\n");
    screen << "half " << 1;
    CHECK(screen.str() == "col\\x1b[31mü\n");
    screen.flush();
    CHECK(screen.str() == "col\\x1b[31mü\nhalf 1");
    screen << "\xc3";
  }
  CHECK(screen.str() == "col\\x1b[31mü\nhalf 1\\xc3");
  screen << "\x1b";
  CHECK(screen.str() == "col\\x1b[31mü\nhalf 1\\xc3\x1b");
}

TEST_CASE("a screen that takes no text is a failure of the stream") {
  std::ostream screen(nullptr);
  struct Closed final : std::streambuf {
  } closed;
  screen.rdbuf(&closed);
  const TerminalOutput terminal(screen);
  screen << "x" << std::flush;
  CHECK_FALSE(screen);
}
