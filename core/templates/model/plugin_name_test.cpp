#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <torch/nn/functional/loss.h>
#include <torch/optim/adam.h>
#include <torch/utils.h>

#include "plugin_name.h"

namespace {

pipeline::ModelShape shape_of(std::int64_t window, std::int64_t horizon, std::int64_t features, std::int64_t targets) {
  pipeline::ModelShape shape;
  shape.window = window, shape.horizon = horizon, shape.features = features, shape.targets = targets;
  return shape;
}

pipeline::Batch batch_of(const pipeline::ModelShape& shape, std::int64_t size) {
  pipeline::Batch batch;
  batch.x = torch::randn({size, shape.window, shape.features});
  batch.y = batch.x.slice(1, 0, shape.horizon).slice(2, 0, shape.targets) * 2 + 1;
  return batch;
}

}  // namespace

TEST_CASE("a forecast has a value for every window, step and target") {
  for (const std::int64_t horizon : {1, 5}) {
    const pipeline::ModelShape shape = shape_of(12, horizon, 3, 2);
    plugin_name_plugin::PluginName model({}, shape);
    CHECK(model.forward(batch_of(shape, 7)).values.sizes() == torch::IntArrayRef({7, horizon, 2}));
  }
}

TEST_CASE("training lowers the loss") {
  torch::manual_seed(1);
  const pipeline::ModelShape shape = shape_of(12, 3, 2, 1);
  plugin_name_plugin::PluginName model({}, shape);
  const pipeline::Batch batch = batch_of(shape, 64);
  torch::optim::Adam optimizer(model.parameters(), torch::optim::AdamOptions(0.01));
  double first = 0, last = 0;
  for (int step = 0; step < 50; ++step) {
    optimizer.zero_grad();
    const torch::Tensor loss = torch::mse_loss(model.forward(batch).values, batch.y);
    loss.backward();
    optimizer.step();
    (step == 0 ? first : last) = loss.item<double>();
  }
  CHECK(last < first / 2);
}
