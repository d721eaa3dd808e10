#include <sstream>

#include <ATen/Functions.h>
#include <torch/optim/adam.h>
#include <torch/utils.h>

#include "pipeline/torch/model.h"
#include "pipeline/train/checkpoint.h"
#include "pipeline/train/torch_settings.h"
#include "torch_tests.h"

namespace pipeline::component_tests {

namespace {

struct Sizes {
  std::int64_t window, horizon, targets, batch;
};
constexpr Sizes tried[] = {{8, 1, 1, 1}, {8, 5, 3, 7}, {33, 1, 3, 7}, {33, 5, 1, 2}};

std::string to_text(const Sizes& sizes) {
  std::ostringstream text;
  text << "window " << sizes.window << ", horizon " << sizes.horizon << ", " << sizes.targets << " targets, batch " << sizes.batch;
  return text.str();
}

std::string to_text(torch::IntArrayRef shape) {
  std::ostringstream text;
  text << shape;
  return text.str();
}

/// Four features; the targets are among them.
ModelShape shape_of(const Sizes& sizes) {
  ModelShape shape{.window = sizes.window,
                   .horizon = sizes.horizon,
                   .features = 4,
                   .targets = sizes.targets,
                   .feature_names = {},
                   .target_names = {},
                   .target_columns = {}};
  for (std::int64_t f = 0; f < shape.features; ++f) shape.feature_names.push_back("f" + std::to_string(f));
  for (std::int64_t t = 0; t < shape.targets; ++t) {
    shape.target_names.push_back("f" + std::to_string(t));
    shape.target_columns.push_back(t);
  }
  return shape;
}

Batch batch_of(const ModelShape& shape, std::int64_t size) {
  torch::manual_seed(7);
  Batch batch;
  batch.x = torch::randn({size, shape.window, shape.features});
  batch.target_history = batch.x.slice(2, 0, shape.targets).contiguous();
  batch.y = torch::randn({size, shape.horizon, shape.targets});
  batch.origin = torch::arange(size) + shape.window - 1;
  return batch;
}

/// Rows [first, first + count) of a batch.
Batch part_of(const Batch& batch, std::int64_t first, std::int64_t count) {
  Batch part;
  part.x = batch.x.slice(0, first, first + count);
  part.target_history = batch.target_history.slice(0, first, first + count);
  part.y = batch.y.slice(0, first, first + count);
  part.origin = batch.origin.slice(0, first, first + count);
  return part;
}

class ModelChecks {
 public:
  explicit ModelChecks(const ComponentTestContext& test) : test_(test) {}

  [[nodiscard]] Component<Model> make(const ModelShape& shape, std::uint64_t seed = 1) const {
    torch::manual_seed(seed);
    return test_.registry.make<Model>(test_.component.name, test_.options, shape);
  }

  [[nodiscard]] std::string shapes() const {
    for (const Sizes& sizes : tried) {
      const ModelShape shape = shape_of(sizes);
      const Component<Model> model = make(shape);
      model->eval();
      const Forecast forecast = model->forward(batch_of(shape, sizes.batch));
      const std::vector<std::int64_t> wanted{sizes.batch, sizes.horizon, sizes.targets};
      if (!forecast.values.defined() || forecast.values.sizes() != torch::IntArrayRef(wanted)) {
        return "with " + to_text(sizes) + " its values are " +
               (forecast.values.defined() ? to_text(forecast.values.sizes()) : "undefined") + " instead of [batch, horizon, targets] " +
               to_text(wanted);
      }
      if (!torch::isfinite(forecast.values).all().item<bool>()) return "with " + to_text(sizes) + " a value is not finite";
      if (forecast.values.scalar_type() != torch::kFloat32) return "its values are no float32";
      const auto attention = forecast.explanations.find("attention");
      const std::vector<std::int64_t> weights{sizes.batch, sizes.window};
      if (attention != forecast.explanations.end() && attention->second.sizes() != torch::IntArrayRef(weights))
        return "its attention is " + to_text(attention->second.sizes()) + " instead of [batch, window] " + to_text(weights);
    }
    return {};
  }

  [[nodiscard]] std::string same_in_any_batch() const {
    const ModelShape shape = shape_of({12, 3, 2, 7});
    const Component<Model> model = make(shape);
    model->eval();
    const Batch batch = batch_of(shape, 7);
    const torch::Tensor whole = model->forward(batch).values, alone = model->forward(part_of(batch, 3, 1)).values;
    const double apart = (whole.slice(0, 3, 4) - alone).abs().max().item<double>();
    return apart < 1e-5 ? "" : "a window's forecast depends on the batch it stands in, by " + std::to_string(apart) + " (after eval())";
  }

  [[nodiscard]] std::string gradients() const {
    const ModelShape shape = shape_of({12, 3, 2, 7});
    const Component<Model> model = make(shape);
    if (model->parameters().empty()) return {};
    const Batch batch = batch_of(shape, 7);
    model->train();
    at::mse_loss(model->forward(batch).values, batch.y).backward();
    for (const auto& parameter : model->named_parameters()) {
      if (parameter.value().requires_grad() && !parameter.value().grad().defined())
        return "no gradient reaches the parameter " + parameter.key() + ": use it in forward(), or don't register it";
    }
    return {};
  }

  [[nodiscard]] std::string same_seed() const {
    const ModelShape shape = shape_of({12, 3, 2, 7});
    const auto first = make(shape)->parameters(), second = make(shape)->parameters();
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (!torch::equal(first[i], second[i])) return "with the same seed its weights differ: draw from torch's default generator only";
    }
    return {};
  }

  /// Compares a few steps in one go with the same steps interrupted by saving the weights and loading them into another model.
  [[nodiscard]] std::string save_and_load() const {
    const ModelShape shape = shape_of({12, 3, 2, 7});
    const Batch batch = batch_of(shape, 7);
    const Component<Model> whole = make(shape), before = make(shape), after = make(shape, 99);
    train(*whole, batch, 0, 4);
    train(*before, batch, 0, 2);
    const auto file = test_.folder / "weights.ckpt";
    write_checkpoint(file, State::Map{{"state_dict", model_state(*before)}});
    load_model_state(*after, read_checkpoint(file).at("state_dict"), file.string());
    before->eval(), after->eval();
    if (!torch::equal(before->forward(batch).values, after->forward(batch).values))
      return "after saving and loading its weights it forecasts something else: register all that a forecast depends on";
    train(*after, batch, 2, 4);
    whole->eval(), after->eval();
    const double apart = (whole->forward(batch).values - after->forward(batch).values).abs().max().item<double>();
    return apart < 1e-6 ? "" : "trained on after loading it is apart from an uninterrupted training by " + std::to_string(apart);
  }

 private:
  /// Gradient steps [first, end) of a training, without an optimizer: its state is not part of the model.
  static void train(Model& model, const Batch& batch, std::uint64_t first, std::uint64_t end) {
    model.train();
    for (std::uint64_t step = first; step < end; ++step) {
      torch::manual_seed(11 + step);  // for dropout: every model draws the same numbers in the same step
      model.zero_grad();
      if (model.parameters().empty()) return;
      at::mse_loss(model.forward(batch).values, batch.y).backward();
      const torch::NoGradGuard guard;
      for (torch::Tensor& parameter : model.parameters()) {
        if (parameter.grad().defined()) parameter.sub_(parameter.grad(), 0.01);
      }
    }
  }

  const ComponentTestContext& test_;
};

}  // namespace

std::vector<Check> ModelTest::run(const ComponentTestContext& context) {
  const TorchSettings settings({.threads = 1});  // tensors are tiny
  const ModelChecks checks(context);
  CheckList list;
  list.add("shapes", [&] { return checks.shapes(); });
  list.add("same in any batch", [&] { return checks.same_in_any_batch(); });
  list.add("gradients", [&] { return checks.gradients(); });
  list.add("same seed", [&] { return checks.same_seed(); });
  list.add("save and load", [&] { return checks.save_and_load(); });
  return list.take();
}

}  // namespace pipeline::component_tests
