// Torch's process-wide settings: code that sets them restores them. evaluate and predict come from the built plugins.
#include "pipeline/train/torch_settings.h"

#include <doctest/doctest.h>

#include <vector>

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/anomaly_mode.h>

#include "pipeline/data/prepare.h"
#include "pipeline/data/training_record.h"
#include "pipeline/host/predictor.h"
#include "pipeline/stage.h"
#include "pipeline/train/checkpoint.h"
#include "plugin/loader.h"
#include "unit/train/fit_fixture.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

/// All settings of TorchSettings.
struct Globals {
  int threads = at::get_num_threads();
  at::Float32MatmulPrecision precision = at::globalContext().float32MatmulPrecision();
  bool deterministic = at::globalContext().deterministicAlgorithms();
  bool deterministic_cudnn = at::globalContext().deterministicCuDNN();
  bool benchmark_cudnn = at::globalContext().benchmarkCuDNN();
  bool anomaly = torch::autograd::AnomalyMode::is_enabled();
  friend bool operator==(const Globals&, const Globals&) = default;
};

/// During a test, settings that no code here asks for.
class OddGlobals {
 public:
  OddGlobals() { set(3, "high", true); }
  ~OddGlobals() { set(before_.threads, "highest", before_.benchmark_cudnn); }
  OddGlobals(const OddGlobals&) = delete;
  OddGlobals& operator=(const OddGlobals&) = delete;

 private:
  static void set(int threads, const char* precision, bool benchmark) {
    at::set_num_threads(threads);
    at::globalContext().setFloat32MatmulPrecision(precision);
    at::globalContext().setBenchmarkCuDNN(benchmark);
  }
  Globals before_;
};

/// Answers zeros, and keeps the settings at the time of the call.
class Witness final : public Model {
 public:
  Witness(const ModelShape& shape, Globals& seen) : shape_(shape), seen_(seen) {}
  Forecast forward(const Batch& batch) override {
    seen_ = Globals();
    Forecast forecast;
    forecast.values = torch::zeros({batch.x.size(0), shape_.horizon, shape_.targets});
    return forecast;
  }

 private:
  ModelShape shape_;
  Globals& seen_;
};

/// A witness's checkpoint as a train stage leaves it, and what evaluate and predict need.
class Trained {
 public:
  Trained() {
    for (const char* name : {"evaluate", "torch_losses", "checkpoint_predictor"}) {
      const auto file = std::filesystem::path(BUILD_DIR) / "lib/pipeline/plugins" / ("lib" + std::string(name) + ".so");
      const PluginLibrary library = load_plugin(file, registry);
      REQUIRE_MESSAGE(library.reason.empty(), library.reason);
    }
    Registrar registrar;
    registrar.add_with<Model, NoOptions>(
        "Witness", "Keeps the settings.",
        [this](const Value&, const ModelShape& shape) -> std::shared_ptr<Model> { return std::make_shared<Witness>(shape, seen); });
    registry.commit(std::move(registrar.entries()));

    CheckpointInfo info = CheckpointInfo::of("Witness", Value::Map{}, data_.windows());
    const Value defaults = to_value(PrepareOptions{});
    for (const char* name : {"delimiter", "decimal", "time_column", "time_format", "gaps", "na_values", "missing"})
      info.series->source[name] = defaults.at(name);
    checkpoint = data_.folder() / "last.ckpt";
    write_checkpoint(checkpoint, State::Map{{"state_dict", State::Map{}}, {"pipeline", State(info.to_value())}});
    std::filesystem::create_directories(data_.folder() / "train");
    write_training(data_.folder() / "train",
                   {.model_type = "Witness", .last = checkpoint, .windows = data_.folder() / "windows", .loss = {"MSELoss", Value::Map{}}});
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return data_.folder(); }

  Registry registry;
  Globals seen;
  std::filesystem::path checkpoint;
  RecordingLog log;

 private:
  WindowsFixture data_;
};

/// Keeps the rows and values of forecasts.
struct FirstValues final : ForecastReceiver {
  void begin(const PredictHead&) override {}
  void add(const RowForecast& forecast) override {
    rows.push_back(forecast.row);
    values.insert(values.end(), forecast.point.begin(), forecast.point.end());
  }
  std::vector<std::int64_t> rows;
  std::vector<double> values;
};

}  // namespace

TEST_CASE("torch's settings are put back when the work ends") {
  const OddGlobals odd;
  const Globals before;
  {
    const TorchSettings settings({.threads = 2, .matmul_precision = "medium", .deterministic = true, .detect_anomaly = true});
    const Globals now;
    CHECK(now.threads == 2);
    CHECK(now.precision == at::Float32MatmulPrecision::MEDIUM);
    CHECK(now.deterministic);
    CHECK(now.deterministic_cudnn);
    CHECK_FALSE(now.benchmark_cudnn);
    CHECK(now.anomaly);
  }
  CHECK(Globals() == before);
  const TorchSettings as_many_threads{TorchWishes{}};
  CHECK(at::get_num_threads() == before.threads);
  CHECK(at::globalContext().float32MatmulPrecision() == at::Float32MatmulPrecision::HIGHEST);
}

TEST_CASE("evaluate computes under the workflow's settings and leaves torch's as they were") {
  Trained trained;
  RunSettings settings;
  settings.device = "cpu";
  settings.threads = 2;
  const TrainingTables tables;
  const std::atomic<int> cancel{0};
  const auto folder = trained.folder() / "evaluate";
  std::filesystem::create_directories(folder);
  StageContext context{.stage = "evaluate",
                       .folder = folder,
                       .settings = settings,
                       .tables = tables,
                       .registry = trained.registry,
                       .log = trained.log,
                       .cancel = cancel,
                       .inputs = {{"checkpoint", "train", trained.folder() / "train"}},
                       .kept_elsewhere = {}};
  const OddGlobals odd;
  const Globals before;
  trained.registry.make<Stage>("evaluate", Value::Map{})->run(context);
  CHECK(Globals() == before);
  CHECK(trained.seen.threads == 2);
  CHECK(trained.seen.precision == at::Float32MatmulPrecision::MEDIUM);
  CHECK(trained.seen.deterministic_cudnn);
  CHECK_FALSE(trained.seen.benchmark_cudnn);
}

TEST_CASE("predict leaves torch's settings as they were") {
  Trained trained;
  write_text(trained.folder() / "more.csv", "a\n1\n2\n3\n4\n5\n");
  const OddGlobals odd;
  const Globals before;
  FirstValues out;
  trained.registry.make<Predictor>("checkpoint", Value::Map{})
      ->predict({.checkpoint = trained.checkpoint,
                 .input = trained.folder() / "more.csv",
                 .task = {},
                 .registry = trained.registry,
                 .log = trained.log},
                out);
  CHECK(out.rows == std::vector<std::int64_t>{4});
  CHECK(out.values == std::vector<double>{0, 0});
  CHECK(Globals() == before);
  CHECK(trained.seen.precision == at::Float32MatmulPrecision::HIGHEST);
  CHECK(trained.seen.deterministic_cudnn);
  CHECK_FALSE(trained.seen.benchmark_cudnn);
}
