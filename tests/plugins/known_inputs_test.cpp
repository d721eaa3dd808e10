// What the networks make of columns known ahead, static columns and words.
#include <doctest/doctest.h>

#include <torch/optim/adam.h>

#include "pipeline/train/forecaster.h"
#include "unit/train/built_plugin.h"

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

/// Those with attention leave padding out.
Inputs with_mask(const Network& network, Inputs others) {
  return std::string(network.type).find("Attention") == std::string::npos ? others : others | Inputs{Input::past_mask};
}

Component<Model> make(Registry& registry, const Network& network, const ModelShape& shape) {
  if (!registry.find("model", network.type)) test::load_built_plugin(registry, network.plugin);
  torch::manual_seed(2);
  return registry.make<Model>(network.type, network.options, shape);
}

ModelShape known_shape() {
  return {.window = 4,
          .horizon = 2,
          .features = 2,
          .targets = 1,
          .feature_names = {"a", "price"},
          .target_names = {"a"},
          .target_columns = {0},
          .future_names = {"price", "promo"},
          .future_columns = {1, -1},
          .static_names = {"size"},
          .past_code_counts = {3},
          .future_code_counts = {4},
          .static_code_counts = {3}};
}

Batch known_batch() {
  torch::manual_seed(3);
  Batch batch;
  batch.x = torch::randn({3, 4, 2});
  batch.target_history = batch.x.slice(2, 0, 1);
  batch.past_codes = torch::randint(3, {3, 4, 1}, torch::kInt64);
  batch.future = torch::randn({3, 2, 2});
  batch.future_codes = torch::randint(4, {3, 2, 1}, torch::kInt64);
  batch.static_values = torch::randn({3, 1});
  batch.static_codes = torch::tensor({0, 1, 2}, torch::kInt64).view({3, 1});
  batch.y = torch::randn({3, 2, 1});
  return batch;
}

/// Windows of noise, with a truth of 3 on holidays, which are known ahead, and noise else.
Batch holidays() {
  torch::manual_seed(5);
  Batch batch;
  batch.x = 0.1 * torch::randn({64, 4, 1});
  batch.future = (torch::rand({64, 3, 1}) < 0.2).to(torch::kFloat);
  batch.y = 3 * batch.future + 0.1 * torch::randn({64, 3, 1});
  return batch;
}

/// The loss after some steps of Adam.
double trained_loss(Model& model, const Batch& batch) {
  torch::optim::Adam optimizer(model.parameters(), torch::optim::AdamOptions(0.02));
  double loss = 0;
  for (int step = 0; step < 150; ++step) {
    optimizer.zero_grad();
    const torch::Tensor of_batch = at::mse_loss(model.forward(batch).values, batch.y);
    of_batch.backward();
    optimizer.step();
    loss = of_batch.item<double>();
  }
  return loss;
}

}  // namespace

TEST_CASE("the networks read columns known ahead, static ones and words, and their forecasts depend on each") {
  Registry registry;
  for (const Network& network : networks()) {
    CAPTURE(network.type);
    const auto model = make(registry, network, known_shape());
    CHECK(model->inputs() == with_mask(network, known_inputs | Inputs{Input::past, Input::past_codes}));
    const Batch batch = known_batch();
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

TEST_CASE("the networks learn what a day known ahead does, on every step of the horizon") {
  const ModelShape without{.window = 4, .horizon = 3, .features = 1, .targets = 1};
  ModelShape with = without;
  with.future_names = {"holiday"};
  with.future_columns = {-1};
  const Batch batch = holidays();
  Registry registry;
  for (const Network& network : networks()) {
    CAPTURE(network.type);
    CHECK(trained_loss(*make(registry, network, with), batch) < 0.1 * trained_loss(*make(registry, network, without), batch));
  }
}

TEST_CASE("the networks read known inputs with bf16-mixed too") {
  const ModelShape shape = known_shape();
  const Batch batch = known_batch();
  Registry registry;
  for (const Network& network : networks()) {
    CAPTURE(network.type);
    const auto model = make(registry, network, shape);
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
    CHECK(model->inputs() == with_mask(network, {Input::past}));
    for (const std::string& name : model->named_parameters().keys()) {
      CHECK(name.find("known") == std::string::npos);
      CHECK(name.find("words") == std::string::npos);
    }
  }
}
