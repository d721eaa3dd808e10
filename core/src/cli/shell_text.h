#pragma once

#include <string>

namespace pipeline {

/// A word as the shell takes it: quoted where it must be.
[[nodiscard]] std::string shell_quoted(std::string word);

}  // namespace pipeline
