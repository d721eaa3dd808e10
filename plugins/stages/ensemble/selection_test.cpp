#include "selection.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "pipeline/testing/temp_folder.h"

using namespace pipeline;
using namespace pipeline::stage::ensemble;

namespace {

/// Forecasts of one step and target from as many origins as there are numbers, with a quantile of 0.9 one above the point.
struct SomeForecasts {
  explicit SomeForecasts(const std::vector<std::vector<double>>& models) {
    const auto count = static_cast<std::int64_t>(models.front().size());
    ForecastsWriter writer(folder.path(), "../windows", {"y"}, 1, count);
    for (std::int64_t i = 0; i < count; ++i) writer.origins()[static_cast<std::size_t>(i)] = {.split = 1, .series = 0, .row = i, .time = i};
    for (std::size_t model = 0; model < models.size(); ++model) {
      const std::span<double> out = writer.add("m" + std::to_string(model), {0.9});
      for (std::size_t i = 0; i < models[model].size(); ++i) {
        out[2 * i] = models[model][i];
        out[2 * i + 1] = models[model][i] + 1;
      }
    }
    writer.finish();
    const auto forecasts = Forecasts::open(folder.path());
    for (std::size_t model = 0; model < models.size(); ++model)
      members.push_back({.label = "s/m" + std::to_string(model), .forecasts = forecasts, .model = model});
  }

  testing::TempFolder folder;
  std::vector<Member> members;
};

Criterion truths(const std::vector<double>& values, std::vector<double> levels = {}) {
  Criterion out{.judged = {}, .levels = std::move(levels)};
  for (std::size_t i = 0; i < values.size(); ++i)
    out.judged.push_back({.cell = i, .truth = values[i], .weight = 1 / static_cast<double>(values.size())});
  return out;
}

constexpr auto never = [] {};

}  // namespace

TEST_CASE("members that err in opposite ways are averaged, and one that is of no help has no weight") {
  const SomeForecasts some({{2, 2, 2, 2}, {0, 0, 0, 0}, {50, 50, 50, 50}});
  const Selection chosen = select_greedily(some.members, truths({1, 1, 1, 1}), 100, never);
  CHECK(chosen.weights == std::vector<double>{0.5, 0.5, 0});
  CHECK(chosen.loss == 0);
  CHECK(chosen.member_losses == std::vector<double>{1, 1, 49});
}

TEST_CASE("a member may be added again, until the mean is best") {
  const SomeForecasts some({{0, 0}, {4, 4}});
  const Selection chosen = select_greedily(some.members, truths({1, 1}), 100, never);
  CHECK(chosen.weights == std::vector<double>{0.75, 0.25});
  CHECK(chosen.loss == 0);
  // Two rounds do not get there; the mean of both is no better than the first alone.
  CHECK(select_greedily(some.members, truths({1, 1}), 2, never).weights == std::vector<double>{1, 0});
}

TEST_CASE("the mean is never worse than the best member") {
  const SomeForecasts some({{1, 5, 2, 8}, {3, 1, 4, 1}, {2, 7, 1, 8}});
  for (const int rounds : {1, 2, 3, 10}) {
    const Selection chosen = select_greedily(some.members, truths({1, 4, 3, 9}), rounds, never);
    CHECK(chosen.loss <= *std::ranges::min_element(chosen.member_losses));
  }
}

TEST_CASE("quantiles are judged by twice the pinball loss") {
  const SomeForecasts some({{0}, {3}});
  const Selection chosen = select_greedily(some.members, truths({2}, {0.9}), 1, never);
  CHECK(chosen.member_losses[0] == doctest::Approx(2 * 0.9 * 1));  // 1 where 2 came
  CHECK(chosen.member_losses[1] == doctest::Approx(2 * 0.1 * 2));  // 4 where 2 came
  CHECK(chosen.weights == std::vector<double>{0, 1});
}
