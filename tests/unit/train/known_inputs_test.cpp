#include "train/known_inputs.h"

#include <doctest/doctest.h>

#include <torch/nn/functional/activation.h>

#include "pipeline/errors.h"
#include "train/autocast.h"

using namespace pipeline;

namespace {

ModelShape known_shape() {
  return {.window = 4,
          .horizon = 3,
          .features = 2,
          .targets = 2,
          .future_names = {"price"},
          .future_columns = {1},
          .static_names = {"size"},
          .past_code_counts = {3},
          .future_code_counts = {4},
          .static_code_counts = {9, 200}};
}

ModelShape plain_shape() { return {.window = 4, .horizon = 3, .features = 2, .targets = 2}; }

Batch batch_of(std::int64_t rows) {
  Batch batch;
  batch.x = torch::randn({rows, 4, 2});
  batch.past_codes = torch::randint(3, {rows, 4, 1}, torch::kInt64);
  batch.future = torch::randn({rows, 3, 1});
  batch.future_codes = torch::randint(4, {rows, 3, 1}, torch::kInt64);
  batch.static_values = torch::randn({rows, 1});
  batch.static_codes = torch::randint(9, {rows, 2}, torch::kInt64);
  return batch;
}

/// Owns a head over features of width 5.
struct Owner : torch::nn::Module {
  explicit Owner(const ModelShape& shape, Inputs known = known_inputs) : head(*this, "fc", 5, shape, known) {}
  ForecastHead head;
};

std::vector<std::string> names_of(const torch::nn::Module& module) { return module.named_parameters().keys(); }

}  // namespace

TEST_CASE("without known inputs a head is one linear layer, and reads nothing else") {
  torch::manual_seed(4);
  const Owner with(plain_shape()), without(known_shape(), {});
  torch::manual_seed(4);
  const torch::nn::Linear linear(5, 6);
  CHECK(names_of(with) == std::vector<std::string>{"fc.weight", "fc.bias"});
  CHECK(names_of(without) == names_of(with));
  CHECK(torch::equal(with.parameters()[0], linear->weight));
  CHECK(with.head.inputs().empty());
  const torch::Tensor features = torch::randn({7, 5});
  CHECK(torch::equal(with.head(features).values, linear.ptr()->forward(features).view({7, 3, 2})));
  CHECK(torch::equal(with.head(features, batch_of(7)).values, with.head(features).values));
}

TEST_CASE("a head adds to the linear layer what its decoder makes of the known inputs of each step") {
  torch::manual_seed(4);
  const Owner owner(known_shape());
  CHECK(owner.head.inputs() == known_inputs);
  std::map<std::string, torch::Tensor> weights;
  for (const auto& entry : owner.named_parameters()) weights.emplace(entry.key(), entry.value());
  const auto linear = [&](const torch::Tensor& input, const std::string& name) {
    return torch::matmul(input, weights.at(name + ".weight").t()) + weights.at(name + ".bias");
  };
  const torch::Tensor features = torch::randn({7, 5});
  const Batch batch = batch_of(7);
  const auto vectors = [&](const std::string& name, const torch::Tensor& codes) {
    return weights.at("fc_known." + name + ".weight").index_select(0, codes.reshape(-1)).view({codes.size(0), -1});
  };
  const torch::Tensor context = linear(features, "fc_known.context").view({7, 3, -1});
  for (std::int64_t step = 0; step < 3; ++step) {
    const torch::Tensor input =
        torch::cat({context.select(1, step), batch.future.select(1, step), vectors("future_words.0", batch.future_codes.select(1, step)),
                    batch.static_values, vectors("static_words.0", batch.static_codes.select(1, 0)),
                    vectors("static_words.1", batch.static_codes.select(1, 1))},
                   1);
    const torch::Tensor expected =
        linear(features, "fc").view({7, 3, 2}).select(1, step) + linear(torch::relu(linear(input, "fc_known.hidden")), "fc_known.output");
    CHECK(torch::allclose(owner.head(features, batch).values.select(1, step), expected, 1e-5, 1e-6));
  }
}

TEST_CASE("a head reads the known inputs that its model names and the data have") {
  const Owner fixed(known_shape(), {Input::static_values, Input::static_codes, Input::past_codes});
  CHECK(fixed.head.inputs() == Inputs{Input::static_values, Input::static_codes});
  Batch batch = batch_of(2);
  batch.future.reset(), batch.future_codes.reset();
  CHECK(fixed.head(torch::randn({2, 5}), batch).values.defined());
  CHECK_THROWS_WITH_AS(static_cast<void>(fixed.head(torch::randn({2, 5}))),
                       "a ForecastHead that reads known inputs is called without the batch: write head(features, batch)", Error);
}

TEST_CASE("a head with a decoder gives quantiles and parameters of distributions too") {
  ModelShape shape = known_shape();
  shape.output = {.kind = OutputSpec::Kind::quantiles, .levels = {0.1, 0.5, 0.9}};
  const Forecast quantiles = Owner(shape).head(torch::randn({7, 5}), batch_of(7));
  CHECK(quantiles.quantiles.sizes() == std::vector<std::int64_t>{7, 3, 2, 3});
  CHECK(torch::equal(quantiles.values, quantiles.quantiles.select(3, 1)));
  shape.output = {.kind = OutputSpec::Kind::distribution, .family = "normal", .parameters = {"mean", "deviation"}};
  CHECK(Owner(shape).head(torch::randn({7, 5}), batch_of(7)).parameters.sizes() == std::vector<std::int64_t>{7, 3, 2, 2});
}

TEST_CASE("a head computes in float under autocast") {
  const Owner owner(known_shape());
  const torch::Tensor features = torch::randn({7, 5});
  const Batch batch = batch_of(7);
  const torch::Tensor full = owner.head(features.to(torch::kBFloat16).to(torch::kFloat), batch).values;
  const Autocast autocast(torch::kCPU, true);
  CHECK(torch::equal(owner.head(features.to(torch::kBFloat16), batch).values, full));
}

TEST_CASE("a word's vector has half as many values as there are codes, at most 50; an unknown word has zeros that stay") {
  WordVectors words({3, 9, 200});
  CHECK(words.width() == 2 + 5 + 50);
  const torch::Tensor codes = torch::tensor({{1, 0, 0}, {0, 8, 199}}, torch::kInt64);
  const torch::Tensor vectors = words(codes);
  CHECK(vectors.sizes() == std::vector<std::int64_t>{2, 57});
  CHECK(vectors[0].slice(0, 2).abs().sum().item<double>() == 0);
  CHECK(vectors[1].slice(0, 0, 2).abs().sum().item<double>() == 0);
  CHECK(vectors[1].slice(0, 2).abs().min().item<double>() > 0);
  vectors.sum().backward();
  CHECK(words.parameters()[0].grad()[0].abs().sum().item<double>() == 0);
  CHECK(words.parameters()[0].grad()[1].sum().item<double>() == 2);
}

TEST_CASE("past columns are x, and the vectors of words behind it") {
  torch::nn::Module owner;
  const PastColumns plain(owner, "past_words", plain_shape());
  Batch batch = batch_of(7);
  CHECK(plain(batch).is_same(batch.x));
  CHECK(plain.width() == 2);
  CHECK(plain.inputs() == Inputs{Input::past});
  CHECK(owner.parameters().empty());
  const PastColumns words(owner, "past_words", known_shape());
  CHECK(names_of(owner) == std::vector<std::string>{"past_words.0.weight"});
  CHECK(words.inputs() == Inputs{Input::past, Input::past_codes});
  CHECK(words.width() == 4);
  CHECK(words(batch).sizes() == std::vector<std::int64_t>{7, 4, 4});
  CHECK(torch::equal(words(batch).slice(2, 0, 2), batch.x));
}
