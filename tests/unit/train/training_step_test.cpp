// A step without autograd's graph of the model gives what autograd gives.
#include "train/training_step.h"

#include <doctest/doctest.h>

#include <torch/optim/adam.h>

#include "recurrent/kernels.h"
#include "unit/train/built_plugin.h"
#include "unit/train/fit_fixture.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

const Value small_lstm = Value::Map{{"hidden_size", 7}, {"num_layers", 2}};

struct Training {
  FitSpec spec;
  std::unique_ptr<Forecaster> forecaster;
};

/// The shipped models that have direct gradients.
class Models {
 public:
  Models() {
    for (const char* name : {"lstm", "gru", "linear"}) load_built_plugin(registry_, name);
  }
  /// One of seed 7 with Adam.
  [[nodiscard]] Training training_of(const std::string& type, const Value& options, WindowNorm window_norm = WindowNorm::none,
                                     Precision precision = Precision::full) const;
  [[nodiscard]] bool has_direct_gradients(const std::string& type, const ModelShape& shape) const {
    const auto model = registry_.make<Model>(type, small_lstm, shape);
    return dynamic_cast<DirectGradients&>(*model).has_direct_gradients(torch::kCPU, Precision::full);
  }
  /// Trains for some steps of two batches each, and compares losses, gradients and weights with autograd's.
  void check_like_autograd(const std::string& type, const Value& options, WindowNorm window_norm, bool with_weight,
                           Precision precision = Precision::full) const;

 private:
  Registry registry_;
};

Training Models::training_of(const std::string& type, const Value& options, WindowNorm window_norm, Precision precision) const {
  torch::manual_seed(7);
  const ModelShape shape{.window = 6, .horizon = 3, .features = 4, .targets = 2, .target_names = {"a", "b"}, .target_columns = {1, 3}};
  Training out;
  out.spec.model = registry_.make<Model>(type, options, shape);
  out.spec.loss = std::make_unique<SquaredError>();
  out.spec.optimizer = std::make_unique<TorchOptimizer<torch::optim::Adam>>(out.spec.model->parameters(), torch::optim::AdamOptions(0.01));
  out.spec.trainer.precision = precision;
  out.forecaster = std::make_unique<Forecaster>(out.spec.model, window_norm, shape, precision);
  return out;
}

std::unique_ptr<TrainStep> step_of(const Training& training) {
  const std::atomic<int> cancel = 0;
  RecordingLog log;
  return make_training_step(*training.forecaster, training.spec, {.cancel = cancel, .log = log});
}

bool is_direct(const TrainStep& step) { return dynamic_cast<const DirectStep*>(&step) != nullptr; }

Batch batch_of(std::int64_t rows, bool with_weight) {
  Batch out;
  out.x = torch::randn({rows, 6, 4});
  out.target_history = out.x.index_select(2, torch::tensor({1, 3}));
  out.y = torch::randn({rows, 3, 2});
  if (with_weight) out.weight = (torch::rand({rows, 3, 2}) > 0.3).to(torch::kFloat);
  return out;
}

void ignore(const torch::Tensor&) {}

double largest_difference(std::span<const torch::Tensor> a, std::span<const torch::Tensor> b) {
  REQUIRE(a.size() == b.size());
  double out = 0;
  for (std::size_t i = 0; i < a.size(); ++i) out = std::max(out, (a[i] - b[i]).abs().max().item<double>());
  return out;
}

void Models::check_like_autograd(const std::string& type, const Value& options, WindowNorm window_norm, bool with_weight,
                                 Precision precision) const {
  CAPTURE(type);
  const Training direct = training_of(type, options, window_norm, precision), plain = training_of(type, options, window_norm, precision);
  const auto step = step_of(direct);
  if (!is_direct(*step)) {  // on a processor without kernels
    CHECK_FALSE(recurrent::instruction_set());
    CHECK(type != "LinearModel");
    return;
  }
  AutogradStep autograd(*plain.forecaster, plain.spec);
  torch::manual_seed(3);
  for (const std::int64_t rows : {19, 19, 5, 32}) {
    step->clear();
    autograd.clear();
    for (int i = 0; i < 2; ++i) {
      const Batch batch = batch_of(rows, with_weight);
      double seen = 0;
      torch::manual_seed(11);  // of dropout
      const double loss = step->gradients(batch, 2, [&](const torch::Tensor& scaled) { seen = scaled.item<double>(); }).item<double>();
      torch::manual_seed(11);
      CHECK(loss == doctest::Approx(autograd.gradients(batch, 2, ignore).item<double>()).epsilon(1e-6));
      CHECK(seen == doctest::Approx(loss / 2).epsilon(1e-6));
    }
    CHECK(largest_difference(step->current(), autograd.current()) < 1e-6);
    step->apply();
    autograd.apply();
    CHECK(largest_difference(direct.spec.model->parameters(), plain.spec.model->parameters()) < 1e-6);
  }
}

}  // namespace

TEST_CASE_FIXTURE(Models, "LSTMModel, GRUModel and LinearModel train without autograd as with it") {
  for (const bool with_weight : {false, true}) {
    for (const WindowNorm norm : {WindowNorm::none, WindowNorm::last, WindowNorm::standard}) {
      check_like_autograd("LSTMModel", small_lstm, norm, with_weight);
      check_like_autograd("GRUModel", small_lstm, norm, with_weight);
      check_like_autograd("LinearModel", Value::Map{}, norm, with_weight);
    }
  }
  check_like_autograd("LinearModel", Value::Map{{"bias", false}}, WindowNorm::none, false);
}

TEST_CASE_FIXTURE(Models, "a step without autograd drops the same values, and rounds to bfloat16 likewise") {
  const Value options = Value::Map{{"hidden_size", 7}, {"num_layers", 3}, {"dropout", 0.4}, {"bidirectional", true}};
  for (const char* type : {"LSTMModel", "GRUModel"}) {
    check_like_autograd(type, options, WindowNorm::none, false);
    check_like_autograd(type, options, WindowNorm::standard, true, Precision::bf16_mixed);
  }
}

TEST_CASE_FIXTURE(Models, "a frozen parameter gets no gradient") {
  const Training training = training_of("LinearModel", Value::Map{});
  const auto step = step_of(training);
  const torch::Tensor frozen = training.spec.model->parameters().front(), before = frozen.clone();
  frozen.requires_grad_(false);
  static_cast<void>(step->gradients(batch_of(8, false), 1, ignore));
  CHECK(step->current().size() == training.spec.model->parameters().size() - 1);
  step->apply();
  CHECK(torch::equal(frozen, before));
  step->clear();
  frozen.requires_grad_(true);
  static_cast<void>(step->gradients(batch_of(8, false), 1, ignore));
  step->apply();
  CHECK_FALSE(torch::equal(frozen, before));
}

TEST_CASE_FIXTURE(Models, "gradients begin anew after clear(), without new memory") {
  const Training training = training_of("LinearModel", Value::Map{});
  const auto step = step_of(training);
  const Batch batch = batch_of(8, false);
  static_cast<void>(step->gradients(batch, 1, ignore));
  const torch::Tensor first = step->current().front().clone();
  const void* const place = step->current().front().const_data_ptr();
  step->clear();
  static_cast<void>(step->gradients(batch, 1, ignore));
  CHECK(torch::equal(step->current().front(), first));
  CHECK(step->current().front().const_data_ptr() == place);
  static_cast<void>(step->gradients(batch, 1, ignore));
  CHECK(torch::allclose(step->current().front(), 2 * first));
}

TEST_CASE_FIXTURE(Models, "autograd trains models that read known inputs or words") {
  for (const char* type : {"LSTMModel", "GRUModel"}) {
    ModelShape shape{.window = 6, .horizon = 3, .features = 4, .targets = 2};
    CHECK(has_direct_gradients(type, shape) == (recurrent::instruction_set() != nullptr));
    shape.past_code_counts = {3};
    CHECK_FALSE(has_direct_gradients(type, shape));
    shape.past_code_counts = {};
    shape.static_names = {"size"};
    CHECK_FALSE(has_direct_gradients(type, shape));
  }
}

TEST_CASE_FIXTURE(Models, "autograd trains what has no direct gradients") {
  CHECK_FALSE(is_direct(*step_of(training_of("LSTMModel", Value::Map{{"hidden_size", 7}, {"proj_size", 3}}))));
  CHECK_FALSE(is_direct(*step_of(training_of("LinearModel", Value::Map{}, WindowNorm::none, Precision::bf16_mixed))));

  Training anomaly = training_of("LSTMModel", small_lstm);
  anomaly.spec.trainer.detect_anomaly = true;  // it names operations of autograd's graph
  CHECK_FALSE(is_direct(*step_of(anomaly)));

  Training of_head = training_of("LSTMModel", small_lstm);
  const std::vector<torch::Tensor> all = of_head.spec.model->parameters();
  of_head.spec.optimizer = std::make_unique<TorchOptimizer<torch::optim::Adam>>(std::vector<torch::Tensor>(all.end() - 2, all.end()),
                                                                                torch::optim::AdamOptions(0.01));
  CHECK_FALSE(is_direct(*step_of(of_head)));
}
