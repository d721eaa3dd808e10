#pragma once

#include <cstdio>
#include <string>

namespace pipeline::test {

/// As snprintf() prints it; 127 characters at most.
std::string text(const char* format, auto... values) {
  char out[128];
  std::snprintf(out, sizeof out, format, values...);
  return out;
}

}  // namespace pipeline::test
