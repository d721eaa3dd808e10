#include "data/decimal.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

namespace pipeline {
namespace {

constexpr int most_digits = 19;         // 10^19 fits in 64 bits
constexpr std::ptrdiff_t longest = 48;  // bytes that may be read

constexpr auto powers_of_ten = [] {
  std::array<std::uint64_t, most_digits + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

/// Appends up to eight digits at `at` to `digits`, all at once as bytes of one word, without a branch for each. Returns their number.
int take_digits(const char* at, std::uint64_t& digits) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  // A byte above '9' sets its high bit in the sum or the difference, a byte below '0' in the difference. Carries reach later bytes only.
  const std::uint64_t others = ((word + 0x4646464646464646) | (word - 0x3030303030303030)) & 0x8080808080808080;
  const int count = std::countr_zero(others) / 8;
  if (count == 0) return 0;
  word = (word - 0x3030303030303030) << (64 - 8 * count);  // zeros before the digits, nothing after them
  word = word * 10 + (word >> 8);                          // pairs of digits in every other byte
  constexpr std::uint64_t every_fourth = 0x000000ff000000ff;
  const std::uint64_t value =
      ((word & every_fourth) * (100 + (1'000'000ULL << 32)) + ((word >> 16) & every_fourth) * (1 + (10'000ULL << 32))) >> 32;
  digits = digits * powers_of_ten[static_cast<std::size_t>(count)] + value;
  return count;
}

/// digits / 10^places, correctly rounded; false if that is not certain.
bool divide(std::int64_t digits, int places, double& out) {
  const auto power = static_cast<std::int64_t>(powers_of_ten[static_cast<std::size_t>(places)]);
  if constexpr (std::numeric_limits<long double>::digits == 64) {
    // Both are exact in 64 bits, so the quotient is rounded once to 64 bits and once to 53. The second rounding is wrong only if the first
    // gave the middle between two doubles.
    const long double quotient = static_cast<long double>(digits) / static_cast<long double>(power);
    std::uint64_t mantissa = 0;
    std::memcpy(&mantissa, &quotient, sizeof mantissa);
    out = static_cast<double>(quotient);
    return (mantissa & 0x7ff) != 0x400;
  }
  out = static_cast<double>(digits) / static_cast<double>(power);
  return digits <= std::int64_t{1} << 53;  // both are exact doubles, as 5^18 has 42 bits: only one rounding
}

}  // namespace

const char* parse_plain_decimal(const char* at, const char* end, double& out) {
  if (end - at < longest) return nullptr;
  const bool negative = *at == '-';
  at += negative;
  std::uint64_t digits = 0;
  int count = 0, places = 0;
  const auto read_digits = [&] {
    int taken = 8;
    for (; taken == 8 && count <= most_digits; count += taken, at += taken) taken = take_digits(at, digits);
  };
  read_digits();
  if (*at == '.') {
    const char* const point = at++;
    read_digits();
    places = static_cast<int>(at - point) - 1;
  }
  if (count == 0 || count > most_digits || digits > std::numeric_limits<std::int64_t>::max() || *at == 'e' || *at == 'E') return nullptr;
  if (places == 0) {
    out = static_cast<double>(digits);
  } else if (places == most_digits || !divide(static_cast<std::int64_t>(digits), places, out)) {
    return nullptr;
  }
  if (negative) out = -out;
  return at;
}

}  // namespace pipeline
