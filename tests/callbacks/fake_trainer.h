#pragma once

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/modules/linear.h>

#include "pipeline/torch/callback.h"
#include "support/recording_log.h"
#include "support/temp_folder.h"

namespace pipeline::test {

/// Two linear layers and a parameter of its own: 3 x 4 + 4, 4 x 1 + 1, 2.
class SmallModel : public Model {
 public:
  SmallModel() {
    hidden = register_module("hidden", torch::nn::Linear(3, 4));
    out = register_module("out", torch::nn::Linear(4, 1));
    register_parameter("scale", torch::zeros({2}));
  }
  Forecast forward(const Batch& batch) override { return {.values = out(hidden(batch.x)), .distribution = {}, .explanations = {}}; }

  torch::nn::Linear hidden{nullptr}, out{nullptr};
};

/// A trainer whose every number a test sets; a checkpoint is an empty file.
class FakeTrainer : public Trainer {
 public:
  explicit FakeTrainer(bool terminal = false) : recording(terminal) {}

  const TrainerOptions& options() const override { return trainer_options; }
  Model& model() override { return small_model; }
  const std::string& model_name() const override { return name; }
  const ModelShape& shape() const override { return model_shape; }
  torch::optim::Optimizer* optimizer() override { return optim.get(); }
  const std::string& optimizer_name() const override { return optim_name; }
  std::int64_t current_epoch() const override { return epoch; }
  std::int64_t global_step() const override { return step; }
  std::int64_t num_training_batches() const override { return train_batches; }
  std::int64_t num_val_batches() const override { return val_batches; }
  bool sanity_checking() const override { return sanity; }
  bool fast_dev_run() const override { return dev_run; }
  const std::map<std::string, double>& callback_metrics() const override { return metrics; }
  const std::filesystem::path& version_dir() const override { return folder.path(); }
  Log& log() override { return recording; }
  void log_scalars(Scalars scalars) override { logged.emplace_back(scalars.begin(), scalars.end()); }
  bool has_loggers() const override { return loggers; }
  void save_checkpoint(const std::filesystem::path& file) override {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << step;
    if (on_save) on_save();
  }

  /// The names in checkpoints/, sorted.
  [[nodiscard]] std::vector<std::string> kept() const {
    std::vector<std::string> names;
    const auto root = folder.path() / "checkpoints";
    if (!std::filesystem::exists(root)) return names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (!entry.is_directory()) names.push_back(entry.path().lexically_relative(root).string());
    }
    std::ranges::sort(names);
    return names;
  }

  TempFolder folder;
  RecordingLog recording;
  TrainerOptions trainer_options;
  SmallModel small_model;
  ModelShape model_shape;
  std::unique_ptr<torch::optim::Optimizer> optim;
  std::string name = "SmallModel", optim_name = "Adam";
  std::int64_t epoch = 0, step = 0, train_batches = 4, val_batches = 2;
  bool sanity = false, dev_run = false, loggers = true;
  std::map<std::string, double> metrics;
  std::vector<std::vector<std::pair<std::string, double>>> logged;
  std::function<void()> on_save;
};

}  // namespace pipeline::test
