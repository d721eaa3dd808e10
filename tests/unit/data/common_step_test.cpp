#include <doctest/doctest.h>

#include <span>
#include <string>
#include <vector>

#include "data/common_step.h"

namespace pipeline {
namespace {

constexpr std::int64_t day = 86'400'000'000'000, monday = 4 * day;  // the 5th of January 1970

/// `rows` times, `step` days apart, from a Monday on.
std::vector<std::int64_t> days(std::int64_t step, std::int64_t rows) {
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < rows; ++i) out.push_back(monday + i * step * day);
  return out;
}

CommonStep step_of(const std::vector<std::vector<std::int64_t>>& times) {
  const std::vector<std::span<const std::int64_t>> spans(times.begin(), times.end());
  return common_step(spans);
}

}  // namespace

TEST_CASE("the step that most series have, and those with another one") {
  const CommonStep common = step_of({days(1, 20), days(7, 20), days(1, 30)});
  CHECK(common.frequency.text() == "1d");
  CHECK(common.others == std::vector<std::size_t>{1});
  CHECK(common.their_steps == std::vector<std::string>{"7d"});
  CHECK(common.gaps == 19);
}

TEST_CASE("a series that follows the common step has it, and two rows say nothing of a step") {
  const CommonStep common = step_of({days(1, 20), days(1, 5), days(3, 2)});  // five days from Monday on look like working days
  CHECK(common.frequency.text() == "1d");
  CHECK(common.others.empty());
  CHECK(common.gaps == 1);
  CHECK(step_of({days(7, 2), days(7, 2)}).frequency.text() == "7d");
  CHECK(step_of({}).frequency.irregular());
}

TEST_CASE("gaps are counted in all series") {
  std::vector<std::int64_t> with_gap = days(1, 20);
  with_gap.erase(with_gap.begin() + 9);
  CHECK(step_of({with_gap, days(1, 20), with_gap}).gaps == 2);
}

}  // namespace pipeline
