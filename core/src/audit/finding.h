#pragma once

#include <string>
#include <vector>

namespace pipeline {

/// What one check of an audit found. `warn`: something that may flatter the numbers, or that a user should know. `fail`: the numbers cannot
/// be trusted.
struct Finding {
  enum class Level { ok, warn, fail };
  Level level = Level::ok;
  std::string check;  ///< "scaling"
  std::string text;
};

/// "ok", "warn" or "FAIL".
[[nodiscard]] const char* word_of(Finding::Level level);

}  // namespace pipeline
