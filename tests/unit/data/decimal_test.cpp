#include "data/decimal.h"

#include <doctest/doctest.h>
#include <bit>
#include <charconv>
#include <cstdint>
#include <random>
#include <string>

namespace pipeline {
namespace {

const std::string padding(48, ',');

/// Reads `text` both ways; false if they differ in the last bit or in the number's end. Counts the texts left to std::from_chars.
bool agrees(const std::string& text, int* left = nullptr) {
  const std::string padded = text + padding;
  const char* const end = padded.data() + padded.size();
  double expected = 0, got = 0;
  const auto reference = std::from_chars(padded.data(), end, expected);
  const char* const stop = parse_plain_decimal(padded.data(), end, got);
  if (stop == nullptr) {
    if (left != nullptr) ++*left;
    return true;
  }
  return stop == reference.ptr && std::bit_cast<std::uint64_t>(expected) == std::bit_cast<std::uint64_t>(got);
}

TEST_CASE("plain decimals are read to the last bit, as std::from_chars does") {
  std::mt19937_64 random(1);
  int left = 0, wrong = 0;
  for (int i = 0; i < 300'000; ++i) {
    std::string text = std::to_string(random() % 10'000'000'000'000'000'000ULL).substr(0, 1 + random() % 19);
    text.insert(random() % (text.size() + 1), ".");
    if (text == ".") text = "0.";
    if (random() % 2 == 0) text.insert(0, "-");
    if (!agrees(text, &left)) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(left < 5'000);  // one in two thousand, and 19 digits that need 64 bits or all stand behind the point
}

TEST_CASE("numbers as programs print them are read to the last bit") {
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal(0, 30);
  int wrong = 0, left = 0;
  for (int i = 0; i < 300'000; ++i) {
    char text[64];
    const double value = i % 2 == 0 ? normal(random) : static_cast<double>(static_cast<float>(normal(random)));
    const auto [stop, error] = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed);
    if (!agrees({text, stop}, &left)) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("the middle between two doubles is rounded to even") {
  for (const char* text :
       {"9007199254740993", "9007199254740995", "9007199254740993.0", "4503599627370496.5", "4503599627370497.5", "1125899906842624.125",
        "1125899906842624.375", "9999999999999999999", "0.5", "0", "-0", "-0.0", "5.", ".5", "1.7976931348623157"}) {
    CAPTURE(text);
    CHECK(agrees(text));
  }
}

TEST_CASE("other numbers than plain decimals are left to std::from_chars") {
  double out = 0;
  for (const char* text : {"1e5", "1.5E-3", "nan", "inf", "", "-", ".", "+1", "x", "12345678901234567890", "0.00000000000000000001"}) {
    CAPTURE(text);
    const std::string padded = text + padding;
    CHECK(parse_plain_decimal(padded.data(), padded.data() + padded.size(), out) == nullptr);
  }
  const std::string near_end = "1.5,";
  CHECK(parse_plain_decimal(near_end.data(), near_end.data() + near_end.size(), out) == nullptr);
}

}  // namespace
}  // namespace pipeline
