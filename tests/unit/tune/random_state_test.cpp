#include <doctest/doctest.h>

#include "pipeline/errors.h"
#include "pipeline/search/random_state.h"

using namespace pipeline;

TEST_CASE("draws are those of np.random.RandomState(42).rand()") {
  RandomState random(42);
  CHECK(random.uniform() == 0.3745401188473625);
  CHECK(random.uniform() == 0.9507143064099162);
  CHECK(random.uniform() == 0.7319939418114051);
}

TEST_CASE("a choice is drawn where the cumulative weights pass the draw") {
  RandomState random(42);  // 0.37, 0.95, 0.73
  CHECK(random.choose({0.3, 0.5, 0.2}, 3) == std::vector<std::size_t>{1, 2, 1});
}

TEST_CASE("keyed draws depend on seed, trial and parameter, not on earlier draws") {
  Randomness first(1, Randomness::Mode::keyed), second(1, Randomness::Mode::keyed), other(2, Randomness::Mode::keyed);
  const double a = first.at(3, "lr").uniform();
  (void)second.at(0, "lr").uniform();
  CHECK(second.at(3, "lr").uniform() == a);
  CHECK(second.at(4, "lr").uniform() != a);
  CHECK(second.at(3, "dropout").uniform() != a);
  CHECK(other.at(3, "lr").uniform() != a);
}

TEST_CASE("sequential draws continue whatever their parameter") {
  Randomness random(42, Randomness::Mode::sequence);
  (void)random.at(0, "lr").uniform();
  CHECK(random.at(1, "lr").uniform() == 0.9507143064099162);
  CHECK_THROWS_AS(Randomness(-1, Randomness::Mode::sequence), Error);
}
