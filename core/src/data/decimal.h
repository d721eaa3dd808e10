#pragma once

namespace pipeline {

/// Reads a plain decimal number, "-12.0625", as the double nearest to it: what std::from_chars gives, but quicker. Returns
/// where the number ends; null, with `out` unset, where std::from_chars must do it: exponents, words, more than 19 digits, the last bytes
/// of a text, and one number in some two thousand that lies too near the middle of two doubles.
[[nodiscard]] const char* parse_plain_decimal(const char* at, const char* end, double& out);

}  // namespace pipeline
