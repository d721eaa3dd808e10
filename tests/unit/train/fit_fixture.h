#pragma once

#include <atomic>
#include <cmath>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/modules/linear.h>
#include <torch/optim/sgd.h>

#include "pipeline/data/files.h"
#include "pipeline/data/windows.h"
#include "pipeline/train/fit.h"
#include "pipeline/train/forecaster.h"
#include "support/basic_metrics.h"
#include "support/recording_log.h"
#include "support/temp_folder.h"

namespace pipeline::test {

/// A series of sin(0.3 row), cut into windows of 4 with a horizon of 2: 30 for training, 12 for validation, 8 for test.
/// Column "b", a feature, is its double; column "c", a target only, is its negative.
class WindowsFixture {
 public:
  explicit WindowsFixture(bool extra_columns = false, bool with_gap_filled = false, WindowNorm window_norm = WindowNorm::none) {
    constexpr std::int64_t rows = 60;
    SeriesInfo info;
    info.features = extra_columns ? std::vector<std::string>{"b", "a"} : std::vector<std::string>{"a"};
    info.targets = extra_columns ? std::vector<std::string>{"a", "c"} : std::vector<std::string>{"a"};
    info.target_columns = extra_columns ? std::vector<std::int64_t>{1, 2} : std::vector<std::int64_t>{0};
    for (const char* name : extra_columns ? std::vector<const char*>{"b", "a", "c"} : std::vector<const char*>{"a"}) {
      ColumnTransform column;
      column.name = name;
      info.columns.push_back(column);
    }
    info.segments = {{0, rows}};
    info.split_end = {35, 47, rows};
    std::vector<float> values;
    std::vector<double> targets;
    std::vector<std::int64_t> time;
    for (std::int64_t row = 0; row < rows; ++row) {
      const auto a = static_cast<float>(std::sin(0.3 * static_cast<double>(row)));
      if (extra_columns) values.insert(values.end(), {2 * a, a, -a});
      if (!extra_columns) values.push_back(a);
      targets.push_back(a);
      if (extra_columns) targets.push_back(-a);
      time.push_back(row);
    }
    std::vector<std::uint8_t> observed(values.size(), 1);
    if (with_gap_filled) observed[10 * info.columns.size()] = 0;
    std::filesystem::create_directories(folder_.path() / "series");
    std::filesystem::create_directories(folder_.path() / "windows");
    write_series(folder_.path() / "series", {.info = info, .values = values, .time = time, .targets = targets, .observed = observed});
    const WindowsInfo cut{.window = 4,
                          .horizon = 2,
                          .stride = 1,
                          .window_norm = window_norm,
                          .series = "../series",
                          .feature_file = {},
                          .target_file = {},
                          .ranges = {{0, Split::train, 0, 30, 1}, {0, Split::val, 30, 12, 1}, {0, Split::test, 42, 8, 1}}};
    write_json(folder_.path() / "windows" / "windows.json", cut.to_value());
    windows_ = Windows::open(folder_.path() / "windows");
  }

  [[nodiscard]] const Windows& windows() const { return *windows_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TempFolder folder_;
  std::shared_ptr<const Windows> windows_;
};

/// A linear layer over the first column.
class LineModel final : public Model {
 public:
  explicit LineModel(const ModelShape& shape) : linear(register_module("linear", torch::nn::Linear(shape.window, shape.horizon))) {}
  Forecast forward(const Batch& batch) override {
    Forecast forecast;
    forecast.values = linear(batch.x.select(2, 0)).unsqueeze(2);
    return forecast;
  }
  torch::nn::Linear linear;
};

class SquaredError final : public Loss {
 public:
  torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const override {
    return torch::mse_loss(forecast.values, y, at::Reduction::None);
  }
};

/// Keeps scalars with their steps.
class MemoryLogger final : public Logger {
 public:
  struct Record {
    std::vector<std::pair<std::string, std::vector<std::pair<std::string, double>>>> rows;  ///< step as text, scalars
    Value hyper_parameters;
    int finished = -1;  ///< -1: not; 0: failed; 1: succeeded
  };
  explicit MemoryLogger(Record& record) : record_(record) {}
  void log_hyper_parameters(const Value& hyper_parameters) override { record_.hyper_parameters = hyper_parameters; }
  void log_scalars(Scalars scalars, std::int64_t step) override {
    record_.rows.push_back({std::to_string(step), {scalars.begin(), scalars.end()}});
  }
  void log_final_metrics(Scalars, std::int64_t) override {}
  void flush() override {}
  void finish(bool success) override { record_.finished = success ? 1 : 0; }

 private:
  Record& record_;
};

/// A callback that calls one function at the end of every training batch.
class AtBatchEnd final : public Callback {
 public:
  explicit AtBatchEnd(std::function<Action(Trainer&, const BatchEnd&)> act) : act_(std::move(act)) {}
  Action on_train_batch_end(Trainer& trainer, const BatchEnd& end) override { return act_(trainer, end); }
  [[nodiscard]] std::string state_key() const override { return "AtBatchEnd"; }

 private:
  std::function<Action(Trainer&, const BatchEnd&)> act_;
};

/// Ready to train LineModel from seed 7 with SGD on batches of 8.
class FitFixture {
 public:
  explicit FitFixture(const Windows& windows, double lr = 0.1) : windows_(windows) {
    torch::manual_seed(7);
    spec.model_name = "LineModel";
    spec.shape = shape_of(windows);
    spec.model = std::make_shared<LineModel>(spec.shape);
    spec.window_norm = windows.info().window_norm;
    spec.loss = std::make_unique<SquaredError>();
    spec.optimizer_name = "SGD";
    spec.optimizer = std::make_unique<TorchOptimizer<torch::optim::SGD>>(spec.model->parameters(), torch::optim::SGDOptions(lr));
    spec.loader.batch_size = 8;
    spec.metrics = basic_metrics();
    spec.trainer.max_epochs = 3;
    spec.hyper_parameters = Value::Map{{"input_size", 1}, {"lr", lr}};
  }
  FitResult run() {
    spec.loggers.push_back(std::make_unique<MemoryLogger>(record));
    return fit(std::move(spec), windows_, {.cancel = cancel, .log = log});
  }

  FitSpec spec;
  MemoryLogger::Record record;
  std::atomic<int> cancel = 0;
  RecordingLog log;

 private:
  const Windows& windows_;
};

}  // namespace pipeline::test
