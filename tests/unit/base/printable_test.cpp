#include "base/printable.h"

#include <doctest/doctest.h>

using namespace pipeline;

TEST_CASE("text of any language, line ends and tabs stay as they are") {
  for (const char* text : {"", "load\n\ttwo", "Außentemperatur °C", "温度", "مرحبا", "👩‍🔬", "\xf4\x8f\xbf\xbf"})
    CHECK(printable(text) == text);
}

TEST_CASE("what steers a terminal becomes readable") {
  CHECK(printable("\x1b]0;title\x07") == "\\x1b]0;title\\x07");
  CHECK(printable("a\rb\b\x7f") == "a\\x0db\\x08\\x7f");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\x9b31m");  // CSI as one character
}

TEST_CASE("marks that turn the direction of text become readable") {
  CHECK(printable("\u202egnp.exe") == "\\u202egnp.exe");
  CHECK(printable("a\u2066b\u2069\u200f\u2028") == "a\\u2066b\\u2069\\u200f\\u2028");
}

TEST_CASE("bytes that are no UTF-8 become readable") {
  CHECK(printable("\xff") == "\\xff");
  CHECK(printable("\x9b"
                  "31m") == "\\x9b31m");                  // CSI in a terminal that reads 8-bit characters
  CHECK(printable("\xe6\xb8") == "\\xe6\\xb8");           // cut off
  CHECK(printable("\xc0\x9b") == "\\xc0\\x9b");           // two bytes for what takes one
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // half of a pair
  CHECK(printable("\xe2\x80"
                  "a") ==
        "\\xe2\\x80"
        "a");
}
