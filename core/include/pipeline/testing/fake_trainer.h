#pragma once

#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/testing/recording_log.h"
#include "pipeline/testing/temp_folder.h"
#include "pipeline/torch/callback.h"

namespace pipeline::testing {

/// A trainer for unit tests of callbacks. The test sets every number; the trainer keeps logged scalars, and a checkpoint is a small file.
class FakeTrainer : public Trainer {
 public:
  /// `model` may be nullptr if the callback under test does not use it.
  explicit FakeTrainer(std::shared_ptr<Model> model = nullptr, bool terminal = false) : recording(terminal), model_(std::move(model)) {}

  Model& model() override { return *model_; }
  const std::string& model_name() const override { return name; }
  const ModelShape& shape() const override { return model_shape; }
  torch::optim::Optimizer* optimizer() override { return optim.get(); }
  const std::string& optimizer_name() const override { return optim_name; }
  std::int64_t current_epoch() const override { return epoch; }
  std::int64_t global_step() const override { return step; }
  std::int64_t max_epochs() const override { return epochs_at_most; }
  std::int64_t log_every_n_steps() const override { return steps_between_logs; }
  std::int64_t check_val_every_n_epoch() const override { return epochs_between_validations; }
  bool validates_at_epoch_ends() const override { return epochs_between_validations == 1; }
  std::int64_t num_training_batches() const override { return train_batches; }
  std::int64_t num_val_batches() const override { return val_batches; }
  std::int64_t val_check_batch() const override { return train_batches; }
  bool sanity_checking() const override { return sanity; }
  bool fast_dev_run() const override { return dev_run; }
  const std::map<std::string, double>& callback_metrics() const override { return metrics; }
  const std::filesystem::path& version_dir() const override { return folder.path(); }
  bool larger_is_better(const std::string& metric) override { return larger_metrics.contains(metric); }
  Log& log() override { return recording; }
  void log_scalars(Scalars scalars) override { logged.emplace_back(scalars.begin(), scalars.end()); }
  bool has_loggers() const override { return loggers; }
  void save_checkpoint(const std::filesystem::path& file) override {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << step;
    if (on_save) on_save();
  }

  TempFolder folder;
  RecordingLog recording;
  std::int64_t epochs_at_most = 80, steps_between_logs = 50, epochs_between_validations = 1;
  ModelShape model_shape;
  std::unique_ptr<torch::optim::Optimizer> optim;
  std::string name = "FakeModel", optim_name = "Adam";
  std::int64_t epoch = 0, step = 0, train_batches = 4, val_batches = 2;
  bool sanity = false, dev_run = false, loggers = true;
  std::map<std::string, double> metrics;
  std::set<std::string> larger_metrics{"val_r2"};  ///< metrics with a better larger value
  std::vector<std::vector<std::pair<std::string, double>>> logged;
  std::function<void()> on_save;

 private:
  std::shared_ptr<Model> model_;
};

}  // namespace pipeline::testing
