// A training on windows with columns known ahead, static columns and words, from the tables of a workflow to the checkpoint.
#include <doctest/doctest.h>

#include <atomic>
#include <numeric>

#include "pipeline/train/checkpoint.h"
#include "pipeline/train/training_setup.h"
#include "support/recording_log.h"
#include "unit/train/built_plugin.h"
#include "unit/train/known_fixture.h"

using namespace pipeline;

namespace {

class KnownTraining {
 public:
  KnownTraining() {
    for (const char* name : {"lstm", "linear", "torch_losses", "torch_optimizers"}) test::load_built_plugin(registry, name);
  }

  /// The model after two epochs, and its last checkpoint.
  std::pair<Component<Model>, std::filesystem::path> train(const Windows& windows, const std::string& type, const Value& options,
                                                           const std::string& precision = "32-true") {
    TrainingTables tables;
    tables.one("model") = {type, options};
    tables.one("loss").type = "MSELoss";
    tables.one("optimizer") = {"Adam", Value::Map{{"lr", 0.01}}};
    tables.options("trainer") = Value::Map{{"max_epochs", 2}, {"precision", precision}, {"enable_progress_bar", false}};
    tables.options("loader") = Value::Map{{"batch_size", 8}, {"num_workers", 2}};
    FitSpec spec = make_fit_spec(registry, tables, windows, 3);
    spec.version_dir = folder.path() / (type + precision);
    std::filesystem::create_directories(spec.version_dir);
    const Component<Model> model = spec.model;
    const FitResult result = fit(std::move(spec), windows, {.cancel = cancel, .log = log});
    return {model, result.last_checkpoint};
  }

  Registry registry;
  TempFolder folder;
  test::RecordingLog log;
  std::atomic<int> cancel = 0;
};

torch::Tensor forecast(const Component<Model>& model, const Windows& windows, const ModelShape& shape) {
  const torch::NoGradGuard no_grad;
  const Forecaster forecaster(model, windows.info().window_norm, shape);
  std::vector<std::int64_t> all(static_cast<std::size_t>(windows.count(Split::test)));
  std::iota(all.begin(), all.end(), 0);
  return forecaster(gather_batch(windows, Split::test, all, forecaster.inputs(), torch::kCPU)).values;
}

const Value small = Value::Map{{"hidden_size", 6}, {"num_layers", 1}};

}  // namespace

TEST_CASE_FIXTURE(KnownTraining, "a model that reads known inputs is trained, and forecasts from its checkpoint as it did") {
  for (const WindowNorm window_norm : {WindowNorm::none, WindowNorm::standard}) {
    const test::KnownFixture data(window_norm);
    for (const std::string precision : {"32-true", "bf16-mixed"}) {
      const auto [model, checkpoint] = train(data.windows(), "LSTMModel", small, precision);
      model->eval();
      const LoadedModel loaded = load_model(checkpoint, registry, torch::kCPU);
      CHECK(loaded.info.shape.future_names == std::vector<std::string>{"price", "promo"});
      CHECK(loaded.info.shape.static_code_counts == std::vector<std::int64_t>{3});
      CHECK(loaded.model->inputs() == model->inputs());
      CHECK(torch::equal(forecast(loaded.model, data.windows(), loaded.info.shape),
                         forecast(model, data.windows(), shape_of(data.windows()))));
    }
  }
}

TEST_CASE_FIXTURE(KnownTraining, "a model that ignores known inputs trains on the same windows") {
  const test::KnownFixture data;
  const auto [model, checkpoint] = train(data.windows(), "LinearModel", Value::Map{});
  CHECK(forecast(model, data.windows(), shape_of(data.windows())).sizes() == std::vector<std::int64_t>{8, 2, 1});
}
