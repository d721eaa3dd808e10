// Losses of quantiles and distributions, from the built plugin library.
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "pipeline/errors.h"
#include "pipeline/torch/loss.h"
#include "unit/train/built_plugin.h"

using namespace pipeline;

namespace {

const Value no_options{Value::Map{}};

/// Two values of one step and target, with the first `width` of three parameters.
Forecast forecast_of(std::int64_t width) {
  Forecast out;
  out.parameters = torch::tensor({0.3, -0.7, 0.4, 1.2, 0.5, -1.0}, torch::kDouble).view({2, 1, 1, 3}).slice(3, 0, width).contiguous();
  return out;
}

/// As a window_norm leaves it.
Forecast normed(Forecast forecast, bool shifted) {
  if (shifted) forecast.center = torch::full({2, 1, 1}, 2.0, torch::kDouble);
  forecast.scale = torch::full({2, 1, 1}, 3.0, torch::kDouble);
  return forecast;
}

torch::Tensor truth(double first, double second) { return torch::tensor({first, second}, torch::kDouble).view({2, 1, 1}); }

void check(const torch::Tensor& given, std::array<double, 2> expected, double tolerance = 1e-6) {
  for (std::size_t i = 0; i < 2; ++i)
    CHECK(given.flatten()[static_cast<std::int64_t>(i)].item<double>() == doctest::Approx(expected[i]).epsilon(tolerance));
}

}  // namespace

TEST_CASE("densities are those of torch.distributions, also where a window_norm shifted and scaled the values") {
  Registry registry;
  test::load_built_plugin(registry, "torch_losses");
  struct Case {
    const char* loss;
    std::array<double, 2> plain, in_window;
  };
  // -log_prob of 0.9 and -0.4 from torch.distributions in Python: location 0.3, 1.2; scale softplus(-0.7), softplus(0.5); 2 +
  // softplus(0.4), 2 + softplus(-1) degrees of freedom. Then with 2 + 3 location and 3 scale.
  const std::array<Case, 3> cases{{{"NormalLoss", {1.1178717135565654, 2.241709179996148}, {2.4762187743101873, 4.099153985820319}},
                                   {"LaplaceLoss", {1.2729367461860808, 2.3094628853165897}, {2.536898671457331, 3.818720334989797}},
                                   {"StudentTLoss", {1.2012046064043824, 2.2785485234689133}, {2.488618130366178, 3.8154250697539}}}};
  for (const Case& one : cases) {
    CAPTURE(one.loss);
    const auto loss = registry.make<Loss>(one.loss, no_options);
    const std::int64_t width = loss->output().width();
    CHECK(loss->output().kind == OutputSpec::Kind::distribution);
    check(loss->elementwise(forecast_of(width), truth(0.9, -0.4)), one.plain);
    check(loss->elementwise(normed(forecast_of(width), true), truth(0.9, -0.4)), one.in_window);
  }
}

TEST_CASE("quantiles are those of scipy.stats, and the point is the median") {
  Registry registry;
  test::load_built_plugin(registry, "torch_losses");
  const std::array<std::pair<const char*, std::array<double, 2>>, 3> nine_tenths{
      {{"NormalLoss", {0.8167037121549003, 2.448329884036979}},
       {"LaplaceLoss", {0.9489029128407644, 2.767716427968935}},
       {"StudentTLoss", {0.9656735937974725, 2.932044924078218}}}};
  const std::array levels{0.1, 0.5, 0.9};
  for (const auto& [name, expected] : nine_tenths) {
    CAPTURE(name);
    const auto loss = registry.make<Loss>(name, no_options);
    const Forecast out = loss->complete(forecast_of(loss->output().width()), levels);
    CHECK(out.levels == std::vector<double>(levels.begin(), levels.end()));
    check(out.quantiles.select(3, 2), expected);
    check(out.quantiles.select(3, 0), {2 * 0.3 - expected[0], 2 * 1.2 - expected[1]});  // symmetric about the location
    check(out.values, {0.3, 1.2});
  }
}

TEST_CASE("counts have the probabilities of torch.distributions and the quantiles of scipy.stats") {
  Registry registry;
  test::load_built_plugin(registry, "torch_losses");
  const auto poisson = registry.make<Loss>("PoissonLoss", no_options), binomial = registry.make<Loss>("NegativeBinomialLoss", no_options);
  check(poisson->elementwise(forecast_of(1), truth(3, 0)), {3.118339297372516, 1.4632824673380311});
  check(poisson->elementwise(normed(forecast_of(1), false), truth(3, 0)), {1.5312129203052418, 4.389847402014094});
  check(binomial->elementwise(forecast_of(2), truth(3, 0)), {3.9368068834780434, 1.425349772788255});
  check(binomial->elementwise(normed(forecast_of(2), false), truth(3, 0)), {2.6028315534566673, 2.6086613666946845});
  const std::array levels{0.1, 0.5, 0.9};
  const Forecast counted = poisson->complete(normed(forecast_of(1), false), levels), spread = binomial->complete(forecast_of(2), levels);
  const std::array<std::array<double, 2>, 3> of_poisson{{{1, 2}, {2, 4}, {5, 7}}}, of_binomial{{{0, 0}, {0, 2}, {1, 6}}};
  for (std::int64_t q = 0; q < 3; ++q) {
    check(counted.quantiles.select(3, q), of_poisson[static_cast<std::size_t>(q)]);
    check(spread.quantiles.select(3, q), of_binomial[static_cast<std::size_t>(q)]);
  }
}

TEST_CASE("counts below 0 and windows that are shifted are refused in words") {
  Registry registry;
  test::load_built_plugin(registry, "torch_losses");
  const auto loss = registry.make<Loss>("PoissonLoss", no_options);
  CHECK_THROWS_WITH_AS(static_cast<void>(loss->elementwise(forecast_of(1), truth(3, -1))),
                       "a Poisson distribution is of counts, and the target has values below 0: choose another loss, such as NormalLoss",
                       Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(loss->elementwise(normed(forecast_of(1), true), truth(3, 1))),
                       "a Poisson distribution is of counts, which no window_norm may shift: write window_norm = \"mean_abs\" or \"none\"",
                       Error);
}

TEST_CASE("QuantileLoss is the mean of the pinball losses of its quantiles, which are sorted once trained") {
  Registry registry;
  test::load_built_plugin(registry, "torch_losses");
  const auto loss = registry.make<Loss>("QuantileLoss", no_options);
  CHECK(loss->output().levels == std::vector{0.1, 0.5, 0.9});
  Forecast forecast{.levels = loss->output().levels};
  forecast.quantiles = torch::tensor({1.0, 0.0, 3.0}, torch::kDouble).view({1, 1, 1, 3});
  forecast.values = forecast.quantiles.select(3, 1);
  const torch::Tensor y = torch::full({1, 1, 1}, 2.0, torch::kDouble);
  CHECK(loss->elementwise(forecast, y).item<double>() == doctest::Approx((0.1 * 1 + 0.5 * 2 + 0.1 * 1) / 3));
  const Forecast sorted = loss->complete(forecast, {});
  CHECK(torch::equal(sorted.quantiles.flatten(), torch::tensor({0.0, 1.0, 3.0}, torch::kDouble)));
  CHECK(sorted.values.item<double>() == 1);  // the median of the sorted ones
  CHECK_THROWS_WITH_AS(static_cast<void>(registry.make<Loss>("QuantileLoss", Value(Value::Map{{"quantiles", Value::List{0.9, 0.1}}}))),
                       "QuantileLoss: quantiles must ascend, as [0.1, 0.5, 0.9] do", Error);
  const auto pinball = registry.make<Loss>("PinballLoss", Value(Value::Map{{"q", 0.8}}));
  Forecast point;
  point.values = torch::full({1, 1, 1}, 1.0, torch::kDouble);
  CHECK(pinball->mean(point, y).item<double>() == doctest::Approx(0.8));
}
