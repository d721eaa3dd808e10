#include "grid_sampler.h"

#include <doctest/doctest.h>

#include <set>

using namespace pipeline;
using sampler::grid::GridSampler;

namespace {

/// All values that the grid has for one range.
std::set<double> points_of(const Distribution& range) {
  GridSampler sampler(NoOptions{}, {.seed = 1, .space = {{"x", range}}});
  std::set<double> values;
  StudyState study;
  while (!sampler.is_exhausted(study)) {
    Trial trial;
    trial.number = static_cast<std::int64_t>(study.trials.size());
    static_cast<void>(sampler.begin(study, trial));
    values.insert(sampler.sample(study, trial, "x", range));
    study.trials.push_back(trial);
  }
  return values;
}

}  // namespace

TEST_CASE("points are the decimal numbers that one writes, and none is above the range") {
  CHECK(points_of(Distribution::real(0.1, 0.7, 0.1, false)) == std::set<double>{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7});
}

TEST_CASE("large integers keep all their digits") {
  const std::int64_t low = 9'007'199'254'740'001;
  CHECK(points_of(Distribution::integer(low, low + 4, 2, false)) ==
        std::set<double>{static_cast<double>(low), static_cast<double>(low + 2), static_cast<double>(low + 4)});
}
