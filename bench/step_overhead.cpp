// What the host itself costs per training step, as peers/step_overhead.py measures it for Lightning: fit with the recipe's callbacks and
// logger on a model of one weight, minus a bare loop over batches that were cut beforehand. Prints one JSON object; times in microseconds.
#include <torch/nn/functional/loss.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/adam.h>
#include <torch/torch.h>

#include <chrono>
#include <iostream>
#include <numeric>

#include "pipeline/data/files.h"
#include "pipeline/train/fit.h"
#include "pipeline/train/forecaster.h"
#include "pipeline/train/optimizer.h"
#include "plugin/loader.h"
#include "support/temp_folder.h"

namespace {

using namespace pipeline;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t steps = 2000, batch = 32, rows = steps * batch;

double microseconds_per_step(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count() / steps;
}

class OneWeight final : public Model {
 public:
  OneWeight() { register_module("layer", layer_); }
  Forecast forward(const Batch& b) override { return {.values = layer_(b.x), .explanations = {}}; }

 private:
  torch::nn::Linear layer_{torch::nn::LinearOptions(1, 1).bias(false)};
};

class SilentLog final : public Log {
 public:
  void debug(std::string_view) override {}
  void info(std::string_view) override {}
  void warning(std::string_view message) override { std::cerr << message << "\n"; }
  [[nodiscard]] bool is_terminal() const override { return false; }
  [[nodiscard]] int terminal_width() const override { return 80; }
  void status_line(std::string_view) override {}
};

double bare_loop() {
  torch::nn::Linear model(torch::nn::LinearOptions(1, 1).bias(false));
  torch::optim::Adam optimizer(model->parameters(), torch::optim::AdamOptions(1e-3));
  const torch::Tensor x = torch::randn({rows, 1, 1});
  std::vector<std::pair<torch::Tensor, torch::Tensor>> batches;
  for (std::int64_t i = 0; i < rows; i += batch) batches.emplace_back(x.slice(0, i, i + batch), 2 * x.slice(0, i, i + batch));
  const auto start = Clock::now();
  for (const auto& [input, truth] : batches) {
    optimizer.zero_grad();
    torch::mse_loss(model(input), truth).backward();
    optimizer.step();
  }
  return microseconds_per_step(start);
}

/// A series x with target 2x, cut into windows of one row: `steps` batches of training, one of validation.
std::shared_ptr<const Windows> make_windows(const std::filesystem::path& folder) {
  const std::int64_t total = rows + batch + 2;
  const torch::Tensor x = torch::randn({total});
  std::vector<float> values;
  std::vector<double> targets;
  std::vector<std::int64_t> time(static_cast<std::size_t>(total));
  std::iota(time.begin(), time.end(), 0);
  for (std::int64_t i = 0; i < total; ++i) {
    const float v = x[i].item<float>();
    values.insert(values.end(), {v, 2 * v});
    targets.push_back(2.0 * v);
  }
  SeriesInfo info;
  info.features = {"x"}, info.targets = {"y"}, info.target_columns = {1};
  info.columns = {ColumnTransform{.name = "x"}, ColumnTransform{.name = "y"}};
  info.frequency = "none";
  info.segments = {{0, total}};
  info.split_end = {rows + 1, total - 1, total};
  std::filesystem::create_directories(folder / "series");
  std::filesystem::create_directories(folder / "windows");
  write_series(folder / "series", {info, values, time, targets, {}});
  WindowsInfo windows;
  windows.window = 1;
  windows.series = "../series";
  windows.ranges = {{0, Split::train, 0, rows, 1}, {0, Split::val, rows, batch, 1}};
  write_json(folder / "windows" / "windows.json", windows.to_value());
  return Windows::open(folder / "windows");
}

double fit_loop(const Registry& registry, const Windows& windows, const std::filesystem::path& folder) {
  SilentLog log;
  std::filesystem::create_directories(folder);
  FitSpec spec;
  spec.model_name = "OneWeight";
  spec.model = std::make_shared<OneWeight>();
  spec.shape = shape_of(windows);
  spec.loss = registry.make<Loss>("MSELoss", Value{});
  spec.optimizer_name = "Adam";
  spec.optimizer = registry.make<Optimizer>("Adam", Value{}, spec.model->parameters());
  spec.trainer.max_epochs = 1;
  spec.trainer.num_sanity_val_steps = 0;
  spec.loader.batch_size = batch;
  spec.callbacks.push_back(registry.make<Callback>("EarlyStopping", Value(Value::Map{{"monitor", "val_loss"}})));
  spec.callbacks.push_back(registry.make<Callback>("ModelCheckpoint", Value(Value::Map{{"monitor", "val_loss"}})));
  spec.callbacks.push_back(registry.make<Callback>("LearningRateMonitor", Value{}));
  spec.callbacks.push_back(registry.make<Callback>("ProgressBar", Value{}));
  const LoggerContext context{.version_dir = folder, .append = false, .position = {}, .log = log};
  spec.loggers.push_back(registry.make<Logger>("TensorBoardLogger", Value{}, context));
  spec.loggers.push_back(registry.make<Logger>("CSVLogger", Value{}, context));
  spec.version_dir = folder;
  const std::atomic<int> cancel{0};
  const auto start = Clock::now();
  const FitResult result =
      fit(std::move(spec), windows,
          {.seed = 1, .device = torch::kCPU, .threads = 1, .matmul_precision = "highest", .cancel = cancel, .log = log});
  if (result.steps != steps) throw std::runtime_error("the fit took another number of steps");
  return microseconds_per_step(start);
}

}  // namespace

int main() {
  at::set_num_threads(1);
  Registry registry;
  for (const PluginLibrary& library : load_plugins(plugin_folders({}), registry)) {
    if (!library.reason.empty()) std::cerr << library.path << ": " << library.reason << "\n";
  }
  const TempFolder folder;
  const auto windows = make_windows(folder.path());
  bare_loop();
  fit_loop(registry, *windows, folder.path() / "warm");
  std::vector<double> bare, fitted;
  for (int i = 0; i < 5; ++i) {
    bare.push_back(bare_loop());
    fitted.push_back(fit_loop(registry, *windows, folder.path() / std::to_string(i)));
  }
  std::ranges::sort(bare);
  std::ranges::sort(fitted);
  std::cout << to_json(Value(Value::Map{
                   {"bare_us_per_step", bare[2]}, {"fit_us_per_step", fitted[2]}, {"overhead_us_per_step", fitted[2] - bare[2]}}))
            << "\n";
}
