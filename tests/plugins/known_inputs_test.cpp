// What the networks make of columns known ahead, static columns and words.
#include <doctest/doctest.h>

#include "pipeline/train/forecaster.h"
#include "unit/train/built_plugin.h"
#include "unit/train/known_fixture.h"

using namespace pipeline;

namespace {

/// Each network, small, and its plugin.
struct Network {
  const char *type, *plugin;
  Value options;
};

std::vector<Network> networks() {
  const Value recurrent = Value::Map{{"hidden_size", 6}, {"num_layers", 2}};
  return {{"LSTMModel", "lstm", recurrent},
          {"GRUModel", "gru", recurrent},
          {"CNNModel", "cnn", Value::Map{{"channels", 6}}},
          {"LSTMAttentionModel", "lstm_attention", recurrent},
          {"LSTMAdditiveAttentionModel", "lstm_additive_attention", recurrent},
          {"LSTMScaledDotAttentionModel", "lstm_scaled_dot_attention", recurrent}};
}

Component<Model> make(Registry& registry, const Network& network, const ModelShape& shape) {
  if (!registry.find("model", network.type)) test::load_built_plugin(registry, network.plugin);
  torch::manual_seed(2);
  return registry.make<Model>(network.type, network.options, shape);
}

const std::vector<std::int64_t> indices{0, 5, 9};

}  // namespace

TEST_CASE("the networks read columns known ahead, static ones and words, and their forecasts depend on each") {
  const test::KnownFixture data;
  const ModelShape shape = shape_of(data.windows());
  Registry registry;
  for (const Network& network : networks()) {
    CAPTURE(network.type);
    const auto model = make(registry, network, shape);
    CHECK(model->inputs() == (known_inputs | Inputs{Input::past, Input::past_codes}));
    const Batch batch = gather_batch(data.windows(), Split::train, indices, model->inputs(), torch::kCPU);
    const torch::Tensor values = model->forward(batch).values;
    CHECK(values.sizes() == std::vector<std::int64_t>{3, 2, 1});
    const std::vector<torch::Tensor Batch::*> parts{&Batch::past_codes, &Batch::future, &Batch::future_codes, &Batch::static_values,
                                                    &Batch::static_codes};
    for (const auto part : parts) {
      Batch other = batch;
      other.*part = (batch.*part == 0).to((batch.*part).scalar_type());
      CHECK_FALSE(torch::equal(model->forward(other).values, values));
    }
    at::mse_loss(values, batch.y).backward();
    for (const auto& parameter : model->named_parameters()) {
      CAPTURE(parameter.key());
      CHECK(parameter.value().grad().defined());
    }
  }
}

TEST_CASE("the networks read known inputs with bf16-mixed too") {
  const test::KnownFixture data;
  const ModelShape shape = shape_of(data.windows());
  Registry registry;
  for (const Network& network : networks()) {
    CAPTURE(network.type);
    const auto model = make(registry, network, shape);
    const Batch batch = gather_batch(data.windows(), Split::train, indices, all_inputs, torch::kCPU);
    const torch::Tensor full = Forecaster(model, WindowNorm::standard, shape)(batch).values,
                        mixed = Forecaster(model, WindowNorm::standard, shape, Precision::bf16_mixed)(batch).values;
    CHECK((mixed.scalar_type() == torch::kFloat));
    CHECK((mixed - full).abs().max().item<double>() < 0.05);
  }
}

TEST_CASE("without known inputs the networks have the parameters of the PyTorch originals alone") {
  Registry registry;
  for (const Network& network : networks()) {
    CAPTURE(network.type);
    const auto model = make(registry, network, {.window = 4, .horizon = 2, .features = 2, .targets = 1});
    CHECK(model->inputs() == Inputs{Input::past});
    for (const std::string& name : model->named_parameters().keys()) {
      CHECK(name.find("known") == std::string::npos);
      CHECK(name.find("words") == std::string::npos);
    }
  }
}
