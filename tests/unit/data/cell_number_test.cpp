#include "data/cell_number.h"

#include <doctest/doctest.h>

#include <cmath>

namespace pipeline {
namespace {

std::optional<double> value(std::string_view cell, const NumberFormat& format = {}) {
  const auto number = number_in_cell(cell, format);
  return number ? std::optional(number->value) : std::nullopt;
}

TEST_CASE("numbers with U+2212, a per cent sign, a currency or a magnitude") {
  CHECK(value("\u22125.5") == -5.5);
  CHECK(value("0.22%") == 0.22);
  CHECK(value("-0.30 %") == -0.3);
  CHECK(value("$12.50") == 12.5);
  CHECK(value("-$12") == -12);
  CHECK(value("$-12") == -12);
  CHECK(value("\u20ac 7") == 7);
  CHECK(value("7\u00a0\u20ac") == 7);
  CHECK(value("1.36M") == 1'360'000);
  CHECK(value("2.19k") == 2190);
  CHECK(value("0.57B") == 570'000'000);  // 0.57 * 1e9 is 569999999.9999999
  CHECK(value("1T") == 1e12);
  CHECK(number_in_cell("5%", {})->mark == "%");
  CHECK(number_in_cell("5K", {})->magnitude == 'K');
  for (const char* bad : {"%", "$", "M", "5MM", "5%%", "$5%", "$$5", "1e3M", "--5", "+\u22125", "5 x", "- 5", "5m", "\u2212", "1.2.3M"}) {
    CAPTURE(bad);
    CHECK_FALSE(value(bad));
  }
}

TEST_CASE("each sign of thousands stands before exactly three digits") {
  const NumberFormat comma{.thousands = ','}, german{.decimal = ',', .thousands = '.'}, swiss{.thousands = '\''},
      french{.decimal = ',', .thousands = ' '};
  CHECK(value("1,234,567.5", comma) == 1234567.5);
  CHECK(value("-2,570", comma) == -2570);
  CHECK(value("925", comma) == 925);
  CHECK(value("$1,200", comma) == 1200);
  CHECK(value("1.234.567,5", german) == 1234567.5);
  CHECK(value("2.570", german) == 2570);
  CHECK(value("12'345.5", swiss) == 12345.5);
  CHECK(value("12\u2019345", swiss) == 12345);
  CHECK(value("12 345,5", french) == 12345.5);
  CHECK(value("12\u00a0345\u202f678", french) == 12345678);
  for (const char* bad : {"1,23", "1,2345", "1234,567", ",123", "1,234,56", "1,,234", "1,234,", "1.5,000"}) {
    CAPTURE(bad);
    CHECK_FALSE(value(bad, comma));
  }
  for (const char* bad : {"1.5", "$1.5", "1.23", "1.5M", "1.2345"}) {
    CAPTURE(bad);
    CHECK_FALSE(value(bad, german));
  }
  CHECK_FALSE(value("2,570"));
  CHECK_FALSE(value("1 234"));
}

TEST_CASE("a censored value stands for what the format says") {
  CHECK_FALSE(value("<1"));
  CHECK(value("<1", {.censored = Censored::limit}) == 1);
  CHECK(value("< 1", {.censored = Censored::half}) == 0.5);
  CHECK(value("<=0.2", {.censored = Censored::half}) == 0.1);
  CHECK(value("\u22643", {.censored = Censored::zero}) == 0);
  CHECK(std::isnan(value("<1", {.censored = Censored::missing}).value_or(0)));
  CHECK(value(">100", {.censored = Censored::half}) == 100);
  CHECK(value(">=100", {.censored = Censored::zero}) == 100);
  CHECK(value("~7", {.censored = Censored::half}) == 7);
  CHECK(value("<1,5", {.decimal = ',', .censored = Censored::limit}) == 1.5);
  CHECK_FALSE(value("<", {.censored = Censored::limit}));
  CHECK_FALSE(value("<x", {.censored = Censored::limit}));
}

TEST_CASE("the words of pandas mean missing, in its case") {
  for (const char* word : {"",     "#N/A", "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
                           "<NA>", "N/A",  "NA",       "NULL", "NaN",     "None",     "n/a",  "nan",  "null",   "NAN"}) {
    CAPTURE(word);
    CHECK(is_missing_cell(word));
  }
  for (const char* word : {"none", "Null", "N/a", "na", "-", "missing", "0", "#"}) {
    CAPTURE(word);
    CHECK_FALSE(is_missing_cell(word));
  }
}

}  // namespace
}  // namespace pipeline
