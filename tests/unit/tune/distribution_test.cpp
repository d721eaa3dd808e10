#include <doctest/doctest.h>

#include "pipeline/errors.h"
#include "pipeline/search/search.h"

using namespace pipeline;

TEST_CASE("a stepped range ends on its grid") {
  CHECK(Distribution::integer(32, 130, 16).high == 128);
  CHECK(Distribution::real(0.1, 0.35, 0.1).high == 0.3);
  CHECK(Distribution::real(0.1, 0.35).high == 0.35);
}

TEST_CASE("ranges that cannot be searched are refused") {
  CHECK_THROWS_AS((void)Distribution::real(2, 1), Error);
  CHECK_THROWS_AS((void)Distribution::real(0, 1, 0, true), Error);
  CHECK_THROWS_AS((void)Distribution::real(1, 2, 0.1, true), Error);
  CHECK_THROWS_AS((void)Distribution::integer(1, 5, 0), Error);
  CHECK_THROWS_AS((void)Distribution::integer(1, 8, 2, true), Error);
  CHECK_THROWS_AS((void)Distribution::categorical({}), Error);
}

TEST_CASE("values have the type of their parameter") {
  CHECK(Distribution::real(0, 1).external(0.25) == Value(0.25));
  CHECK(Distribution::integer(1, 5).external(3) == Value(3));
  CHECK(Distribution::categorical({"adam", true, 2.5}).external(1) == Value(true));
}

TEST_CASE("the values of a distribution, and whether it has only one") {
  CHECK(Distribution::integer(32, 128, 16).contains(64));
  CHECK_FALSE(Distribution::integer(32, 128, 16).contains(65));
  CHECK_FALSE(Distribution::real(0, 1).contains(1.5));
  CHECK(Distribution::categorical({"a", "b"}).contains(1));
  CHECK_FALSE(Distribution::categorical({"a", "b"}).contains(2));
  CHECK(Distribution::integer(3, 3).is_single());
  CHECK(Distribution::real(1, 1).is_single());
  CHECK_FALSE(Distribution::integer(3, 4).is_single());
}
