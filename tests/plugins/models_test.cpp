// The models, optimizers and losses as users get them: from the built plugin libraries.
#include <doctest/doctest.h>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "pipeline/torch/loss.h"
#include "pipeline/train/optimizer.h"
#include "unit/train/built_plugin.h"
#include "unit/train/fit_fixture.h"

using namespace pipeline;

namespace {

ModelShape shape(std::int64_t window, std::int64_t horizon, std::int64_t features, std::vector<std::int64_t> targets) {
  ModelShape shape{.window = window,
                   .horizon = horizon,
                   .features = features,
                   .targets = static_cast<std::int64_t>(targets.size()),
                   .feature_names = {},
                   .target_names = {},
                   .target_columns = targets};
  for (std::int64_t f = 0; f < features; ++f) shape.feature_names.push_back("f" + std::to_string(f));
  for (std::size_t t = 0; t < targets.size(); ++t) shape.target_names.push_back("t" + std::to_string(t));
  return shape;
}

std::string weights_hash(const Model& model) {
  std::string bytes;
  for (const torch::Tensor& parameter : model.parameters()) {
    bytes.append(static_cast<const char*>(parameter.const_data_ptr()), parameter.nbytes());
  }
  return sha256(bytes);
}

Batch batch_of(const torch::Tensor& x) {
  Batch batch;
  batch.x = x;
  return batch;
}

const Value no_options{Value::Map{}};

}  // namespace

TEST_CASE("LSTMModel starts from PyTorch's weights, bit for bit, under PyTorch's names") {
  Registry registry;
  test::load_built_plugin(registry, "lstm");
  torch::manual_seed(3407);
  const auto recipe = registry.make<Model>("LSTMModel", no_options, shape(60, 1, 5, {3}));
  CHECK(weights_hash(*recipe) == "ba65e29f228842cca1ed88b790e90e43f6c6e59c0c0264e670c9751699ad45cf");
  CHECK(recipe->named_parameters().keys().front() == "lstm.weight_ih_l0");
  CHECK(recipe->named_parameters().keys().back() == "fc.bias");
  std::int64_t count = 0;
  for (const auto& parameter : recipe->parameters()) count += parameter.numel();
  CHECK(count == 597633);
}

TEST_CASE("LSTMModel forecasts what PyTorch forecasts, both ways, step-major") {
  Registry registry;
  test::load_built_plugin(registry, "lstm");
  torch::manual_seed(1);
  const Value options = Value::Map{{"hidden_size", 3}, {"num_layers", 2}, {"bidirectional", true}};
  const auto model = registry.make<Model>("LSTMModel", options, shape(3, 2, 2, {0, 1}));
  CHECK(weights_hash(*model) == "ab70823bc4795b408a681ea4a4f91156843cd6b56d9fec95fdc29d74c4aa1211");
  const torch::Tensor values = model->forward(batch_of(torch::arange(12, torch::kFloat).view({2, 3, 2}) / 10)).values;
  const torch::Tensor expected =
      torch::tensor({-0.2500911F, -0.2181807F, 0.3150171F, -0.3465708F, -0.2461577F, -0.2189263F, 0.3104290F, -0.3298659F});
  CHECK(torch::allclose(values, expected.view({2, 2, 2}), 1e-5, 1e-6));
}

TEST_CASE("LinearModel is one layer from window to horizon, shared by the columns") {
  Registry registry;
  test::load_built_plugin(registry, "linear");
  torch::manual_seed(7);
  const auto model = registry.make<Model>("LinearModel", no_options, shape(4, 2, 3, {2, 0}));
  CHECK(model->parameters().size() == 2);
  CHECK(model->parameters()[0][0][0].item<double>() == 0x1.1e15ep-5);  // torch.nn.Linear(4, 2) after manual_seed(7)
  CHECK(model->parameters()[1][1].item<double>() == 0x1.67b2e4p-2);
  const torch::Tensor x = torch::randn({5, 4, 3});
  const torch::Tensor values = model->forward(batch_of(x)).values;
  const torch::Tensor weight = model->parameters()[0], bias = model->parameters()[1];
  CHECK(torch::allclose(values.select(2, 0), torch::matmul(x.select(2, 2), weight.t()) + bias));
  CHECK(torch::allclose(values.select(2, 1), torch::matmul(x.select(2, 0), weight.t()) + bias));
  CHECK(registry.make<Model>("LinearModel", Value(Value::Map{{"bias", false}}), shape(4, 2, 3, {2}))->parameters().size() == 1);
  CHECK_THROWS_WITH_AS(static_cast<void>(registry.make<Model>("LinearModel", no_options, shape(4, 2, 1, {-1}))),
                       "LinearModel forecasts a target from its own past, but \"t0\" is not among the features: add it to `features` in "
                       "[stages.preprocess]",
                       Error);
}

TEST_CASE("NaiveModel forecasts the naive value of each target, the last one in windows made elsewhere") {
  Registry registry;
  test::load_built_plugin(registry, "naive");
  const auto model = registry.make<Model>("NaiveModel", no_options, shape(4, 3, 2, {1, -1}));
  CHECK(model->parameters().empty());
  CHECK(model->inputs().contains(Input::naive));
  Batch batch = batch_of(torch::randn({2, 4, 2}));
  batch.naive = torch::randn({2, 2});
  CHECK(torch::equal(model->forward(batch).values.select(1, 2), batch.naive));
  batch.naive.reset();
  CHECK_THROWS_WITH_AS(
      static_cast<void>(model->forward(batch)),
      "NaiveModel needs the past of target \"t1\", which these windows don't carry: start from a series, or list the target among "
      "the features",
      Error);
  const auto from_features = registry.make<Model>("NaiveModel", no_options, shape(4, 3, 2, {1}));
  CHECK(torch::equal(from_features->forward(batch).values.select(1, 0).select(1, 0), batch.x.select(1, 3).select(1, 1)));
}

TEST_CASE("losses are PyTorch's, and their mean is the mean of their elements") {
  Registry registry;
  test::load_built_plugin(registry, "torch_losses");
  Forecast forecast;
  forecast.values = torch::tensor({0.0F, 1.0F, 3.0F, -2.0F}).view({1, 2, 2});
  const torch::Tensor y = torch::tensor({0.5F, 1.0F, 0.0F, 1.0F}).view({1, 2, 2});
  const std::vector<std::pair<const char*, double>> expected{
      {"MSELoss", 18.25 / 4}, {"L1Loss", 6.5 / 4}, {"HuberLoss", (0.125 + 2.5 + 2.5) / 4}};
  for (const auto& [name, mean] : expected) {
    const auto loss = registry.make<Loss>(name, no_options);
    CHECK(loss->mean(forecast, y).item<double>() == doctest::Approx(mean));
    CHECK(loss->elementwise(forecast, y).mean().item<double>() == doctest::Approx(mean));
  }
  const auto wide = registry.make<Loss>("HuberLoss", Value(Value::Map{{"delta", 4.0}}));
  CHECK(wide->mean(forecast, y).item<double>() == doctest::Approx(18.25 / 8));
}

TEST_CASE("optimizers pass their options on") {
  Registry registry;
  test::load_built_plugin(registry, "torch_optimizers");
  const auto stepped = [&](const char* name, const Value& options) {
    torch::Tensor weight = torch::ones({1}).set_requires_grad(true);
    const auto optimizer = registry.make<Optimizer>(name, options, std::vector<torch::Tensor>{weight});
    for (int i = 0; i < 2; ++i) {
      optimizer->torch_optimizer().zero_grad();
      (weight * weight).sum().backward();
      optimizer->torch_optimizer().step();
    }
    return weight.item<double>();
  };
  // From torch.optim in Python: two steps on w^2 from w = 1.
  CHECK(stepped("SGD", Value::Map{{"lr", 0.1}, {"momentum", 0.5}, {"weight_decay", 0.1}}) == doctest::Approx(0.51910001).epsilon(1e-5));
  CHECK(stepped("Adam", Value::Map{{"lr", 0.1}, {"betas", Value::List{0.5, 0.9}}}) == doctest::Approx(0.80161798).epsilon(1e-5));
  CHECK(stepped("AdamW", Value::Map{{"lr", 0.1}, {"weight_decay", 0.5}}) == doctest::Approx(0.708248436).epsilon(1e-5));
  CHECK(stepped("RMSprop", Value::Map{{"lr", 0.01}, {"alpha", 0.9}, {"centered", true}}) == doctest::Approx(0.94159019).epsilon(1e-5));
}

TEST_CASE("optimizers refuse options that make no sense, with a cure") {
  Registry registry;
  test::load_built_plugin(registry, "torch_optimizers");
  const auto make = [&](const char* name, const Value& options) {
    static_cast<void>(registry.make<Optimizer>(name, options, std::vector<torch::Tensor>{torch::ones({1})}));
  };
  CHECK_THROWS_WITH_AS(make("Adam", Value::Map{{"betas", Value::List{0.9}}}), "betas takes 2 numbers of at least 0 and below 1, got 1",
                       Error);
  CHECK_THROWS_WITH_AS(make("Adam", Value::Map{{"betas", Value::List{0.9, 1.0}}}),
                       "betas takes 2 numbers of at least 0 and below 1, got 1.0", Error);
  CHECK_THROWS_WITH_AS(make("SGD", Value::Map{{"nesterov", true}}), "nesterov needs momentum too", Error);
  CHECK_THROWS_WITH_AS(make("SGD", Value::Map{{"nesterov", true}, {"momentum", 0.9}, {"dampening", 0.1}}),
                       "nesterov and dampening exclude each other: leave one out", Error);
  CHECK_THROWS_AS(make("AdamW", Value::Map{{"lr", -1.0}}), Error);
}
