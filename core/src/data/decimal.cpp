#include "data/decimal.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

namespace pipeline {
namespace {

constexpr int most_digits = 19;  // 10^19 fits 64 bits
constexpr std::ptrdiff_t longest = 32;

constexpr auto powers_of_ten = [] {
  std::array<std::uint64_t, most_digits + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

/// Reads eight digits at once, one in each byte of a word.
bool eight_digits(const char* at, std::uint64_t& out) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  // Bytes above '9' overflow into their high bit in the sum, bytes below '0' in the difference.
  if ((((word + 0x4646464646464646) | (word - 0x3030303030303030)) & 0x8080808080808080) != 0) return false;
  word -= 0x3030303030303030;
  word = word * 10 + (word >> 8);  // pairs of digits in every other byte
  constexpr std::uint64_t every_fourth = 0x000000ff000000ff;
  out = ((word & every_fourth) * (100 + (1'000'000ULL << 32)) + ((word >> 16) & every_fourth) * (1 + (10'000ULL << 32))) >> 32;
  return true;
}

/// digits / 10^places, correctly rounded; false where that isn't certain.
bool divide(std::uint64_t digits, int places, double& out) {
  const std::uint64_t power = powers_of_ten[static_cast<std::size_t>(places)];
  constexpr std::uint64_t exact = 1ULL << 53;
  if (digits <= exact) {  // both are doubles, as 5^19 has 45 bits: one rounding
    out = static_cast<double>(digits) / static_cast<double>(power);
    return true;
  }
  if constexpr (std::numeric_limits<long double>::digits == 64) {
    // Both are exact with 64 bits, so the quotient is rounded once to 64 bits and once to 53. The second rounding errs only where the first
    // has hit the middle between two doubles.
    const long double quotient = static_cast<long double>(digits) / static_cast<long double>(power);
    std::uint64_t mantissa = 0;
    std::memcpy(&mantissa, &quotient, sizeof mantissa);
    out = static_cast<double>(quotient);
    return (mantissa & 0x7ff) != 0x400;
  }
  return false;
}

}  // namespace

const char* parse_plain_decimal(const char* at, const char* end, double& out) {
  if (end - at < longest) return nullptr;
  const bool negative = *at == '-';
  at += negative;
  std::uint64_t digits = 0;
  int count = 0, places = 0;
  const auto read_digits = [&] {
    for (; count <= most_digits && *at >= '0' && *at <= '9'; ++count) digits = digits * 10 + static_cast<std::uint64_t>(*at++ - '0');
  };
  read_digits();
  if (*at == '.') {
    const char* const point = at++;
    std::uint64_t eight = 0;
    for (; count + 8 <= most_digits && eight_digits(at, eight); count += 8, at += 8) digits = digits * 100'000'000 + eight;
    read_digits();
    places = static_cast<int>(at - point) - 1;
  }
  if (count == 0 || count > most_digits || *at == 'e' || *at == 'E') return nullptr;
  if (places == 0) {
    out = static_cast<double>(digits);
  } else if (!divide(digits, places, out)) {
    return nullptr;
  }
  if (negative) out = -out;
  return at;
}

}  // namespace pipeline
