#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/host/component_call.h"
#include "pipeline/torch/callback.h"
#include "pipeline/train/fit.h"
#include "train/fit_epoch_loss.h"
#include "train/fit_plan.h"
#include "train/fit_state.h"

namespace pipeline {

/// The callbacks' view of a running fit. The loop changes it through members that Trainer does not have.
class FitTrainer final : public Trainer {
 public:
  FitTrainer(FitSpec& spec, const RunContext& run, FitPlan plan);

  [[nodiscard]] Model& model() override { return *spec_.model; }
  [[nodiscard]] const std::string& model_name() const override { return spec_.model_name; }
  [[nodiscard]] const ModelShape& shape() const override { return spec_.shape; }
  [[nodiscard]] torch::optim::Optimizer* optimizer() override { return spec_.optimizer ? &spec_.optimizer->torch_optimizer() : nullptr; }
  [[nodiscard]] const std::string& optimizer_name() const override { return spec_.optimizer_name; }
  [[nodiscard]] std::int64_t current_epoch() const override { return state.progress.epochs_completed; }
  [[nodiscard]] std::int64_t global_step() const override { return state.progress.steps; }
  [[nodiscard]] std::int64_t max_epochs() const override { return spec_.trainer.max_epochs; }
  [[nodiscard]] std::int64_t log_every_n_steps() const override { return spec_.trainer.log_every_n_steps; }
  [[nodiscard]] std::int64_t check_val_every_n_epoch() const override { return spec_.trainer.check_val_every_n_epoch; }
  [[nodiscard]] bool validates_at_epoch_ends() const override { return spec_.trainer.validates_at_epoch_ends(); }
  [[nodiscard]] std::int64_t num_training_batches() const override { return plan_.train_batches; }
  [[nodiscard]] std::int64_t num_val_batches() const override { return plan_.val_batches; }
  [[nodiscard]] std::int64_t val_check_batch() const override { return plan_.val_check_batch; }
  [[nodiscard]] bool sanity_checking() const override { return in_sanity_check; }
  [[nodiscard]] bool fast_dev_run() const override { return plan_.fast_dev_run; }
  [[nodiscard]] std::int64_t global_rank() const override { return run_.rank(); }
  [[nodiscard]] std::int64_t world_size() const override { return run_.world(); }
  [[nodiscard]] const std::map<std::string, double>& callback_metrics() const override;
  [[nodiscard]] const std::filesystem::path& version_dir() const override { return spec_.version_dir; }
  [[nodiscard]] bool larger_is_better(const std::string& metric) override;
  [[nodiscard]] Log& log() override { return run_.log; }
  void log_scalars(Scalars scalars) override;
  [[nodiscard]] bool has_loggers() const override { return !spec_.loggers.empty(); }
  [[nodiscard]] std::optional<std::filesystem::file_time_type> resumed_from() const override { return spec_.start_written; }
  [[nodiscard]] bool may_continue_epoch() const override { return cut_short; }
  void save_checkpoint(const std::filesystem::path& file) override;

  [[nodiscard]] const FitPlan& plan() const { return plan_; }
  /// Logs scalars followed by `epoch`, as Lightning's logger connector does.
  void log_with_epoch(std::vector<std::pair<std::string, double>> scalars);
  /// Stores the loss of the last batch among the metrics, at the cost of two stores.
  void set_step_loss(double loss) const;
  /// The same for a loss on a GPU: callback_metrics() waits for it. `losses` must live until the next batch.
  void set_step_loss_later(const EpochLoss& losses) { unread_loss_ = &losses; }
  /// Calls `hook(callback, trainer, arguments...)` for every callback in order; `name` is the hook's name in the interface.
  template <class Hook, class... Args>
  void each(const char* name, const Hook& hook, Args&... arguments) {
    for (const Component<Callback>& callback : spec_.callbacks) call(callback, name, hook, *this, arguments...);
  }
  /// The same for hooks that return an Action.
  template <class Hook, class... Args>
  void ask(const char* name, const Hook& hook, const Args&... arguments) {
    for (const Component<Callback>& callback : spec_.callbacks) heed(call(callback, name, hook, *this, arguments...), *callback);
  }
  /// Calls `function(logger, arguments...)` for every logger.
  template <class Function, class... Args>
  void each_logger(const char* name, const Function& function, const Args&... arguments) {
    for (const Component<Logger>& logger : spec_.loggers) call(logger, name, function, arguments...);
  }

  mutable FitState state;  ///< callback_metrics() completes its metrics
  bool in_sanity_check = false;
  bool cut_short = false;  ///< by max_steps, within an epoch

 private:
  /// Records a callback's request; Error (training) for abort.
  void heed(Action action, const Callback& callback);

  FitSpec& spec_;
  const RunContext& run_;
  FitPlan plan_;
  std::set<std::string> unknown_;                                  ///< metrics without a known better direction, reported already
  mutable double *step_loss_ = nullptr, *running_loss_ = nullptr;  ///< in `metrics`: train_loss_step and train_loss
  mutable const EpochLoss* unread_loss_ = nullptr;
};

}  // namespace pipeline
