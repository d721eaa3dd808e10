#include "pipeline/train/forecaster.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "pipeline/errors.h"
#include "unit/train/fit_fixture.h"

using namespace pipeline;

namespace {

/// Keeps its last batch and answers zeros, or the value `answer`.
class Probe final : public Model {
 public:
  Forecast forward(const Batch& batch) override {
    seen = batch;
    Forecast forecast;
    forecast.values = torch::full({batch.x.size(0), 2, 1}, answer);
    forecast.quantiles = torch::full({batch.x.size(0), 2, 1, 3}, answer);
    return forecast;
  }
  Batch seen;
  double answer = 0;
};

Batch two_windows() {
  Batch batch;
  batch.x = torch::tensor({1.0F, 10.0F, 2.0F, 20.0F, 3.0F, 30.0F, 5.0F, 5.0F, 5.0F, 5.0F, 5.0F, 5.0F}).view({2, 3, 2});
  batch.target_history = batch.x.slice(2, 0, 1);
  return batch;
}

}  // namespace

TEST_CASE("window_norm none shows the model the batch as it is") {
  const auto probe = std::make_shared<Probe>();
  const Batch batch = two_windows();
  static_cast<void>(Forecaster(probe, WindowNorm::none, {})(batch));
  CHECK(probe->seen.x.is_same(batch.x));
}

TEST_CASE("padding is in no statistic of a window, and stays 0") {
  // Windows of four rows, of which 0, 2 and 3 are padding; two features, the first of which is the target.
  constexpr std::array<std::int64_t, 3> padding{0, 2, 3};
  Batch batch;
  batch.x = torch::zeros({3, 4, 2});
  batch.past_mask = torch::zeros({3, 4});
  auto x = batch.x.accessor<float, 3>();
  auto mask = batch.past_mask.accessor<float, 2>();
  for (std::int64_t b = 0; b < 3; ++b) {
    for (std::int64_t row = padding[static_cast<std::size_t>(b)]; row < 4; ++row) {
      mask[b][row] = 1;
      for (std::int64_t f = 0; f < 2; ++f) x[b][row][f] = static_cast<float>((b + 1) * row * row) + static_cast<float>(10 * f);
    }
  }
  batch.target_history = batch.x.slice(2, 0, 1).contiguous();

  for (const WindowNorm norm : {WindowNorm::last, WindowNorm::standard}) {
    const auto probe = std::make_shared<Probe>();
    probe->answer = 0.5;
    const Forecast forecast = Forecaster(probe, norm, {})(batch);
    auto seen = probe->seen.x.accessor<float, 3>();
    auto seen_history = probe->seen.target_history.accessor<float, 3>();
    for (std::int64_t b = 0; b < 3; ++b) {
      const std::int64_t first = padding[static_cast<std::size_t>(b)];
      for (std::int64_t f = 0; f < 2; ++f) {
        double center = x[b][3][f], scale = 1;
        if (norm == WindowNorm::standard) {
          double sum = 0, squares = 0;
          for (std::int64_t row = first; row < 4; ++row) sum += x[b][row][f];
          center = sum / static_cast<double>(4 - first);
          for (std::int64_t row = first; row < 4; ++row) squares += (x[b][row][f] - center) * (x[b][row][f] - center);
          scale = std::sqrt(squares / static_cast<double>(4 - first) + 1e-5);
        }
        for (std::int64_t row = 0; row < 4; ++row) {
          const double wanted = row < first ? 0 : (x[b][row][f] - center) / scale;
          CHECK(seen[b][row][f] == doctest::Approx(wanted).epsilon(1e-4));
          if (row < first) CHECK(seen[b][row][f] == 0);
          if (f == 0) CHECK(seen_history[b][row][0] == doctest::Approx(wanted).epsilon(1e-4));
        }
        if (f == 0) CHECK(forecast.values[b][0][0].item<float>() == doctest::Approx(0.5 * scale + center).epsilon(1e-4));
      }
    }
  }
}

TEST_CASE("a forecast of another shape than the truth is the model's mistake, however it is normalised") {
  const auto probe = std::make_shared<Probe>();
  Batch batch = two_windows();
  batch.y = torch::zeros({2, 2});
  for (const WindowNorm window_norm : {WindowNorm::none, WindowNorm::last}) {
    CHECK_THROWS_WITH_AS(
        static_cast<void>(Forecaster(probe, window_norm, {})(batch)),
        "the model's forecast has the shape [2, 2, 1] where [batch, horizon, targets] [2, 2] is expected: mend its forward()", Error);
  }
}

TEST_CASE("window_norm last takes each window's last value and gives the target's back") {
  const auto probe = std::make_shared<Probe>();
  probe->answer = 0.5;
  const Forecast forecast = Forecaster(probe, WindowNorm::last, {})(two_windows());
  CHECK(torch::equal(probe->seen.x[0], torch::tensor({{-2.0F, -20.0F}, {-1.0F, -10.0F}, {0.0F, 0.0F}})));
  CHECK(probe->seen.target_history[0][0][0].item<float>() == -2);
  CHECK(forecast.values[0][1][0].item<float>() == 3.5F);
  CHECK(forecast.values[1][0][0].item<float>() == 5.5F);
  CHECK(forecast.quantiles[1][0][0][2].item<float>() == 5.5F);
}

TEST_CASE("window_norm standard uses the population deviation and survives a constant window") {
  const auto probe = std::make_shared<Probe>();
  probe->answer = 1;
  const Forecast forecast = Forecaster(probe, WindowNorm::standard, {})(two_windows());
  const double deviation = std::sqrt(2.0 / 3.0 + 1e-5);
  CHECK(probe->seen.x[0][2][0].item<double>() == doctest::Approx(1 / deviation));
  CHECK(probe->seen.x[0][0][1].item<double>() == doctest::Approx(-10 / std::sqrt(200.0 / 3.0 + 1e-5)));
  CHECK(torch::equal(probe->seen.x[1], torch::zeros({3, 2})));
  CHECK(forecast.values[0][0][0].item<double>() == doctest::Approx(2 + deviation));
  CHECK(forecast.values[1][0][0].item<double>() == doctest::Approx(5 + std::sqrt(1e-5)));
  CHECK(forecast.quantiles[0][0][0][0].item<double>() == doctest::Approx(2 + deviation));
}

TEST_CASE("no window_norm touches columns known ahead") {
  for (const WindowNorm window_norm : {WindowNorm::last, WindowNorm::standard}) {
    const auto probe = std::make_shared<Probe>(), whole = std::make_shared<Probe>();
    const Batch batch = two_windows();
    const ModelShape shape{.future_names = {"promo", "price"}, .future_columns = {-1, 1}};
    static_cast<void>(Forecaster(probe, window_norm, shape)(batch));
    static_cast<void>(Forecaster(whole, window_norm, {})(batch));
    CHECK(torch::equal(probe->seen.x.select(2, 1), batch.x.select(2, 1)));
    CHECK(torch::equal(probe->seen.x.select(2, 0), whole->seen.x.select(2, 0)));
  }
}

TEST_CASE("a forecaster needs what its model reads, and for a window_norm the targets' past and the mask of padding") {
  const auto probe = std::make_shared<Probe>();
  CHECK(Forecaster(probe, WindowNorm::none, {}).inputs() == Inputs{Input::past});
  CHECK(Forecaster(probe, WindowNorm::last, {}).inputs() == Inputs{Input::past, Input::target_history, Input::past_mask});
}

TEST_CASE("a model that gives back the naive value forecasts it to the last bit, whatever the window_norm") {
  class Naive final : public Model {
   public:
    Forecast forward(const Batch& batch) override { return {.values = batch.naive.unsqueeze(1).expand({2, 2, 1})}; }
  };
  Batch batch = two_windows();
  batch.naive = torch::tensor({-0.1F, 7.7F}).view({2, 1});
  for (const WindowNorm window_norm : {WindowNorm::none, WindowNorm::last, WindowNorm::standard}) {
    const torch::Tensor values = Forecaster(std::make_shared<Naive>(), window_norm, {})(batch).values;
    CHECK(torch::equal(values, batch.naive.unsqueeze(1).expand({2, 2, 1})));
  }
}

TEST_CASE("a window_norm without the targets' past is a mistake with a cure") {
  Batch batch = two_windows();
  batch.target_history.reset();
  CHECK_THROWS_WITH_AS(
      static_cast<void>(Forecaster(std::make_shared<Probe>(), WindowNorm::last, {})(batch)),
      "window_norm = \"last\" needs the targets' past, which windows made elsewhere don't carry: set window_norm = \"none\"", Error);
}

TEST_CASE("the model's shape follows from the windows") {
  const test::WindowsFixture data(true);
  const ModelShape shape = shape_of(data.windows());
  CHECK(shape.window == 4);
  CHECK(shape.horizon == 2);
  CHECK(shape.features == 2);
  CHECK(shape.target_names == std::vector<std::string>{"a", "c"});
  CHECK(shape.target_columns == std::vector<std::int64_t>{1, -1});
}

TEST_CASE("gather_batch takes every wanted part in the windows") {
  const test::WindowsFixture data(true);
  const std::vector<std::int64_t> indices{0, 7};
  const Batch batch = gather_batch(data.windows(), Split::test, indices, all_inputs, torch::kCPU);
  CHECK(batch.target_history.defined());
  CHECK_FALSE(batch.weight.defined());
  CHECK((batch.y.sizes() == std::vector<std::int64_t>{2, 2, 2}));
}

TEST_CASE("devices are known by Lightning's names") {
  CHECK(resolve_device("cpu").is_cpu());
  CHECK_THROWS_WITH_AS(static_cast<void>(resolve_device("gpu")), "device = \"gpu\" is unknown: write auto, cpu, cuda or cuda:N", Error);
  CHECK_THROWS_AS(static_cast<void>(resolve_device("cuda:999")), Error);
  CHECK_THROWS_AS(static_cast<void>(resolve_device("cuda:")), Error);
}

TEST_CASE("with bf16-mixed a model computes under autocast, and its forecast is float") {
  class Product final : public Model {
   public:
    Forecast forward(const Batch& batch) override {
      const torch::Tensor product = torch::matmul(batch.x.flatten(1), torch::ones({6, 2}));
      type = product.scalar_type();
      return {.values = product.unsqueeze(2)};
    }
    torch::ScalarType type{};
  };
  const auto model = std::make_shared<Product>();
  CHECK((Forecaster(model, WindowNorm::none, {}, Precision::bf16_mixed)(two_windows()).values.scalar_type() == torch::kFloat));
  CHECK((model->type == torch::kBFloat16));
  static_cast<void>(Forecaster(model, WindowNorm::none, {})(two_windows()));
  CHECK((model->type == torch::kFloat));  // autocast ended with the forecast
}
