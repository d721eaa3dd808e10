#include <span>
#include <sstream>
#include <utility>

#include <ATen/Functions.h>
#include <torch/optim/adam.h>
#include <torch/utils.h>

#include "pipeline/errors.h"
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
constexpr Sizes usual[] = {{12, 3, 2, 7}};

std::string to_text(const ModelShape& shape, std::int64_t batch) {
  std::ostringstream text;
  text << "window " << shape.window << ", horizon " << shape.horizon << ", " << shape.targets << " targets, batch " << batch;
  if (!shape.future_names.empty()) text << ", known inputs";
  return text.str();
}

std::string to_text(torch::IntArrayRef shape) {
  std::ostringstream text;
  text << shape;
  return text.str();
}

/// Four features; the targets are among them.
ModelShape shape_of(const Sizes& sizes) {
  ModelShape shape{.window = sizes.window, .horizon = sizes.horizon, .features = 4, .targets = sizes.targets};
  for (std::int64_t f = 0; f < shape.features; ++f) shape.feature_names.push_back("f" + std::to_string(f));
  for (std::int64_t t = 0; t < shape.targets; ++t) {
    shape.target_names.push_back("f" + std::to_string(t));
    shape.target_columns.push_back(t);
  }
  return shape;
}

/// The same with a feature and another column known ahead, a fixed number, and words of each role.
ModelShape shape_with_known_inputs(const Sizes& sizes) {
  ModelShape shape = shape_of(sizes);
  shape.future_names = {"f3", "promo"};
  shape.future_columns = {3, -1};
  shape.static_names = {"size"};
  shape.past_code_counts = {4};
  shape.future_code_counts = {3};
  shape.static_code_counts = {3, 5};
  shape.series = 4;
  return shape;
}

/// Each part that a model can name.
constexpr std::pair<Input, torch::Tensor Batch::*> parts[] = {{Input::past, &Batch::x},
                                                              {Input::past_codes, &Batch::past_codes},
                                                              {Input::past_mask, &Batch::past_mask},
                                                              {Input::target_history, &Batch::target_history},
                                                              {Input::future, &Batch::future},
                                                              {Input::future_codes, &Batch::future_codes},
                                                              {Input::static_values, &Batch::static_values},
                                                              {Input::static_codes, &Batch::static_codes},
                                                              {Input::series, &Batch::series},
                                                              {Input::time_index, &Batch::time_index},
                                                              {Input::naive, &Batch::naive}};

/// Codes of `rows` [rows, columns], unknown words among them.
torch::Tensor random_codes(std::vector<std::int64_t> rows, const std::vector<std::int64_t>& counts) {
  if (counts.empty()) return {};
  std::vector<torch::Tensor> columns;
  for (const std::int64_t count : counts) columns.push_back(torch::randint(count, rows, torch::kInt64));
  return torch::stack(columns, -1);
}

/// A batch as it is gathered, of padded windows for a model that can tell: x, the truth, and those of the `wanted` parts that the shape
/// has.
Batch batch_of(const ModelShape& shape, Inputs wanted, std::int64_t size) {
  torch::manual_seed(7);
  Batch batch;
  batch.x = torch::randn({size, shape.window, shape.features});
  if (wanted.contains(Input::past_mask)) {
    const torch::Tensor padding = torch::arange(size).remainder(shape.window).unsqueeze(1);  // rows of it in each window
    batch.past_mask = (torch::arange(shape.window).unsqueeze(0) >= padding).to(torch::kFloat32);
    batch.x = batch.x * batch.past_mask.unsqueeze(2);
  }
  batch.target_history = batch.x.slice(2, 0, shape.targets).contiguous();
  batch.y = torch::randn({size, shape.horizon, shape.targets});
  batch.origin = torch::arange(size) + shape.window - 1;
  batch.naive = batch.target_history.select(1, shape.window - 1);
  batch.series = torch::arange(size) % shape.series;
  batch.time_index = batch.origin + 20'000;
  if (!shape.future_names.empty()) batch.future = torch::randn({size, shape.horizon, std::ssize(shape.future_names)});
  if (!shape.static_names.empty()) batch.static_values = torch::randn({size, std::ssize(shape.static_names)});
  batch.past_codes = random_codes({size, shape.window}, shape.past_code_counts);
  batch.future_codes = random_codes({size, shape.horizon}, shape.future_code_counts);
  batch.static_codes = random_codes({size}, shape.static_code_counts);
  for (const auto& [input, part] : parts) {
    if (input != Input::past && !wanted.contains(input)) (batch.*part).reset();
  }
  return batch;
}

/// Rows [first, first + count) of a batch.
Batch part_of(const Batch& batch, std::int64_t first, std::int64_t count) {
  Batch out;
  const auto take = [&](torch::Tensor Batch::*part) {
    if ((batch.*part).defined()) out.*part = (batch.*part).slice(0, first, first + count);
  };
  for (const auto& [input, part] : parts) take(part);
  take(&Batch::y);
  take(&Batch::origin);
  return out;
}

class ModelChecks {
 public:
  using Check = std::string (ModelChecks::*)(const ModelShape& shape, std::int64_t batch) const;

  explicit ModelChecks(const ComponentTestContext& test) : test_(test) {}

  /// The first mistake that a check finds in a model for plain windows, or in one for windows with known inputs, if it reads any of these.
  /// A model of known inputs may refuse plain windows as it is made.
  [[nodiscard]] std::string first_mistake(std::span<const Sizes> all_sizes, Check check) const {
    for (const Sizes& sizes : all_sizes) {
      const ModelShape plain = shape_of(sizes), known = shape_with_known_inputs(sizes);
      const bool reads_known = !(make(known)->inputs() & (known_inputs | Inputs{Input::past_codes})).empty();
      std::string mistake;
      if (!reads_known || accepts(plain)) mistake = (this->*check)(plain, sizes.batch);
      if (mistake.empty() && reads_known) mistake = (this->*check)(known, sizes.batch);
      if (!mistake.empty()) return mistake;
    }
    return {};
  }

  [[nodiscard]] Component<Model> make(const ModelShape& shape, std::uint64_t seed = 1) const {
    torch::manual_seed(seed);
    return test_.registry.make<Model>(test_.component.name, test_.options, shape);
  }

  [[nodiscard]] std::string shapes(const ModelShape& shape, std::int64_t batch) const {
    const Component<Model> model = make(shape);
    model->eval();
    const Forecast forecast = model->forward(batch_of(shape, model->inputs(), batch));
    const std::vector<std::int64_t> wanted{batch, shape.horizon, shape.targets};
    if (!forecast.values.defined() || forecast.values.sizes() != torch::IntArrayRef(wanted)) {
      return "with " + to_text(shape, batch) + " its values are " +
             (forecast.values.defined() ? to_text(forecast.values.sizes()) : "undefined") + " instead of [batch, horizon, targets] " +
             to_text(wanted);
    }
    if (!torch::isfinite(forecast.values).all().item<bool>()) return "with " + to_text(shape, batch) + " a value is not finite";
    if (forecast.values.scalar_type() != torch::kFloat32) return "its values are no float32";
    const auto attention = forecast.explanations.find("attention");
    const std::vector<std::int64_t> weights{batch, shape.window};
    if (attention != forecast.explanations.end() && attention->second.sizes() != torch::IntArrayRef(weights))
      return "its attention is " + to_text(attention->second.sizes()) + " instead of [batch, window] " + to_text(weights);
    const torch::Tensor mask = batch_of(shape, model->inputs(), batch).past_mask;
    if (attention != forecast.explanations.end() && mask.defined() && attention->second.masked_select(mask == 0).any().item<bool>())
      return "its attention has weight on padding, which past_mask tells";
    return {};
  }

  [[nodiscard]] std::string same_in_any_batch(const ModelShape& shape, std::int64_t size) const {
    const Component<Model> model = make(shape);
    model->eval();
    const Batch batch = batch_of(shape, model->inputs(), size);
    const torch::Tensor whole = model->forward(batch).values, alone = model->forward(part_of(batch, 3, 1)).values;
    const double apart = (whole.slice(0, 3, 4) - alone).abs().max().item<double>();
    return apart < 1e-5 ? "" : "a window's forecast depends on the batch it stands in, by " + std::to_string(apart) + " (after eval())";
  }

  [[nodiscard]] std::string gradients(const ModelShape& shape, std::int64_t size) const {
    const Component<Model> model = make(shape);
    if (model->parameters().empty()) return {};
    const Batch batch = batch_of(shape, model->inputs(), size);
    model->train();
    at::mse_loss(model->forward(batch).values, batch.y).backward();
    for (const auto& parameter : model->named_parameters()) {
      if (parameter.value().requires_grad() && !parameter.value().grad().defined())
        return "no gradient reaches the parameter " + parameter.key() + ": use it in forward(), or don't register it";
    }
    return {};
  }

  [[nodiscard]] std::string same_seed(const ModelShape& shape, std::int64_t) const {
    const auto first = make(shape)->parameters(), second = make(shape)->parameters();
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (!torch::equal(first[i], second[i])) return "with the same seed its weights differ: draw from torch's default generator only";
    }
    return {};
  }

  /// Compares a few steps in one go with the same steps interrupted by saving the weights and loading them into another model.
  [[nodiscard]] std::string save_and_load(const ModelShape& shape, std::int64_t size) const {
    const Component<Model> whole = make(shape), before = make(shape), after = make(shape, 99);
    const Batch batch = batch_of(shape, whole->inputs(), size);
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
  /// Whether the model can be made for this shape; false if it refuses it with a sentence to the user.
  [[nodiscard]] bool accepts(const ModelShape& shape) const {
    try {
      static_cast<void>(make(shape));
      return true;
    } catch (const Error& error) {
      if (error.status() != ExitStatus::usage) throw;
      return false;
    }
  }

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
  const auto add = [&](const char* name, std::span<const Sizes> sizes, ModelChecks::Check check) {
    list.add(name, [&, sizes, check] { return checks.first_mistake(sizes, check); });
  };
  add("shapes", tried, &ModelChecks::shapes);
  add("same in any batch", usual, &ModelChecks::same_in_any_batch);
  add("gradients", usual, &ModelChecks::gradients);
  add("same seed", usual, &ModelChecks::same_seed);
  add("save and load", usual, &ModelChecks::save_and_load);
  return list.take();
}

}  // namespace pipeline::component_tests
