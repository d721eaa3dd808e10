// A training that computes its weights: one epoch of one step, whose result is the least squares.
#include "pipeline/train/closed_form.h"

#include <doctest/doctest.h>

#include <array>
#include <csignal>

#include "train/training_step.h"
#include "unit/train/built_plugin.h"
#include "unit/train/fit_fixture.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr double alpha = 0.3;  // the fixture's wave alone would leave weights open

/// Ready to train a model of the plugin `linear` by its closed form.
class ClosedFixture : public FitFixture {
 public:
  explicit ClosedFixture(const Windows& windows, const char* type = "LinearModel") : FitFixture(windows) {
    load_built_plugin(registry_, "linear");
    spec.model = registry_.make<Model>(type, Value(Value::Map{{"solver", "closed"}, {"alpha", alpha}}), spec.shape);
    spec.optimizer = {};
  }

 private:
  Registry registry_;
};

/// Notes the hooks that it gets, with epoch and step.
class Notes final : public Callback {
 public:
  explicit Notes(std::vector<std::string>& seen) : seen_(seen) {}
  void on_sanity_check_end(Trainer& t) override { note(t, "sanity check"); }
  void on_train_start(Trainer& t) override { note(t, "train start"); }
  void on_train_epoch_start(Trainer& t) override { note(t, "epoch start"); }
  Action on_train_batch_start(Trainer& t, std::int64_t) override { return note(t, "batch start"); }
  Action on_train_batch_end(Trainer& t, const BatchEnd& end) override {
    CHECK(end.loss.item<double>() == t.callback_metrics().at("train_loss"));
    CHECK(t.num_training_batches() == 1);
    return note(t, "batch end");
  }
  Action on_validation_end(Trainer& t) override { return note(t, "validation end"); }
  Action on_train_epoch_end(Trainer& t) override { return note(t, "epoch end"); }
  void on_train_end(Trainer& t) override { note(t, "train end"); }
  [[nodiscard]] std::string state_key() const override { return "Notes"; }

 private:
  Action note(Trainer& trainer, const char* hook) {
    seen_.push_back(hook + (" " + std::to_string(trainer.current_epoch())) + " " + std::to_string(trainer.global_step()));
    return {};
  }
  std::vector<std::string>& seen_;
};

/// The largest slope of the squared error with the penalty, over all training windows, along a weight of the model.
double slope_of(const FitFixture& fixture, const Component<Model>& model, const Windows& windows) {
  const Forecaster forecaster(model, windows.info().window_norm, fixture.spec.shape);
  std::vector<std::int64_t> all(static_cast<std::size_t>(windows.count(Split::train)));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  const Batch batch = gather_batch(windows, Split::train, all, forecaster.inputs(), torch::kCPU);
  torch::Tensor objective =
      (forecaster(batch).values - batch.y).square().mul(batch.weight.defined() ? batch.weight : torch::ones({})).sum();
  for (const auto& parameter : model->named_parameters()) {
    if (parameter.key().ends_with(".weight")) objective = objective + alpha * parameter.value().square().sum();
  }
  objective.backward();
  double largest = 0;
  for (const auto& parameter : model->named_parameters()) {
    if (parameter.key().find("affine") == std::string::npos)
      largest = std::max(largest, parameter.value().grad().abs().max().item<double>());
  }
  return largest;
}

}  // namespace

TEST_CASE("a closed form is the least squares under every window_norm, and without unknown targets") {
  for (const char* type : {"LinearModel", "NLinearModel", "DLinearModel", "RLinearModel"}) {
    for (const WindowNorm norm : {WindowNorm::none, WindowNorm::last, WindowNorm::standard}) {
      for (const bool with_gap_filled : {false, true}) {
        CAPTURE(std::string(type) + " " + word_of(norm) + (with_gap_filled ? " gap" : ""));
        const WindowsFixture windows(false, with_gap_filled, norm);
        ClosedFixture fixture(windows.windows(), type);
        const ModelShape shape = fixture.spec.shape;
        const Component<Model> model = fixture.spec.model;
        const FitResult result = fixture.run();
        fixture.spec.shape = shape;
        CHECK(result.epochs == 1);
        CHECK(result.steps == 1);
        CHECK(slope_of(fixture, model, windows.windows()) < 2e-4);
      }
    }
  }
}

TEST_CASE("callbacks and loggers see one epoch of one step") {
  const WindowsFixture windows;
  ClosedFixture fixture(windows.windows());
  std::vector<std::string> seen;
  fixture.spec.callbacks.push_back(std::make_unique<Notes>(seen));
  const FitResult result = fixture.run();
  const std::vector<std::string> expected{"validation end 0 0", "sanity check 0 0", "train start 0 0",
                                          "epoch start 0 0",    "batch start 0 0",  "batch end 0 1",
                                          "validation end 0 1", "epoch end 0 1",    "train end 1 1"};
  CHECK(seen == expected);
  REQUIRE(result.history.size() == 1);
  const EpochRecord& epoch = result.history.front();
  CHECK(epoch.step == 1);
  CHECK(std::isnan(epoch.learning_rate));
  CHECK(epoch.train_loss == result.metrics.at("train_loss"));
  CHECK(epoch.train_loss > 0);
  CHECK(epoch.val.at("val_loss") == result.metrics.at("val_loss"));
  REQUIRE(fixture.record.rows.size() == 2);
  CHECK(fixture.record.rows[0].first == "0");
  CHECK(fixture.record.rows[0].second.front().first == "val_loss");
  CHECK(fixture.record.rows[1].second.front() == std::pair<std::string, double>("train_loss_epoch", epoch.train_loss));
}

TEST_CASE("a closed form depends on no seed, order or size of batches") {
  const WindowsFixture windows;
  std::vector<torch::Tensor> weights;
  for (const std::int64_t batch_size : {7, 30}) {
    ClosedFixture fixture(windows.windows());
    fixture.spec.loader.batch_size = batch_size;
    fixture.spec.loader.drop_last = true;
    torch::manual_seed(static_cast<std::uint64_t>(batch_size));
    const Component<Model> model = fixture.spec.model;
    static_cast<void>(fixture.run());
    weights.push_back(model->parameters().front().detach().clone());
  }
  CHECK(torch::allclose(weights[0], weights[1], 0, 1e-6));
}

TEST_CASE("limits of the trainer hold for a closed form") {
  const WindowsFixture windows;
  const auto weight_of = [&](auto change) {
    ClosedFixture fixture(windows.windows());
    change(fixture);
    const Component<Model> model = fixture.spec.model;
    static_cast<void>(fixture.run());
    return model->parameters().front().detach().clone();
  };
  const torch::Tensor all = weight_of([](ClosedFixture&) {});
  CHECK_FALSE(torch::allclose(weight_of([](ClosedFixture& f) { f.spec.trainer.limit_train_batches = 1; }), all, 0, 1e-4));
  CHECK(torch::equal(weight_of([](ClosedFixture& f) { f.spec.trainer.fast_dev_run = true; }), all));
  CHECK_FALSE(torch::allclose(weight_of([](ClosedFixture& f) { f.spec.trainer.max_epochs = 0; }), all, 0, 1e-4));
}

TEST_CASE("a closed form stops at a signal") {
  const WindowsFixture windows;
  ClosedFixture fixture(windows.windows());
  fixture.cancel = SIGINT;
  const FitResult result = fixture.run();
  CHECK(result.interrupted);
  CHECK(result.epochs == 0);
}
