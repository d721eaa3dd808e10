#pragma once

namespace pipeline {

/// The key of a verb's positional arguments that may be any number: those of a last name such as "[MORE.toml]..." in Verb::argument.
inline constexpr const char* more_arguments = "more-arguments";

}  // namespace pipeline
