#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <torch/optim/optimizer.h>
#include <torch/types.h>

#include "pipeline/export.h"
#include "pipeline/log.h"
#include "pipeline/logger.h"
#include "pipeline/torch/model.h"
#include "pipeline/torch/state.h"

namespace pipeline {

/// A callback's view of a running fit. The names are those of Lightning's Trainer.
class PIPELINE_EXPORT Trainer {
 public:
  virtual ~Trainer();
  [[nodiscard]] virtual Model& model() = 0;
  [[nodiscard]] virtual const std::string& model_name() const = 0;  ///< "LSTMModel"
  [[nodiscard]] virtual const ModelShape& shape() const = 0;
  /// nullptr for a model without parameters.
  [[nodiscard]] virtual torch::optim::Optimizer* optimizer() = 0;
  [[nodiscard]] virtual const std::string& optimizer_name() const = 0;  ///< "Adam"
  [[nodiscard]] virtual std::int64_t current_epoch() const = 0;
  /// Number of optimizer steps done.
  [[nodiscard]] virtual std::int64_t global_step() const = 0;
  /// Option of [trainer]; -1: no limit.
  [[nodiscard]] virtual std::int64_t max_epochs() const = 0;
  [[nodiscard]] virtual std::int64_t log_every_n_steps() const = 0;
  [[nodiscard]] virtual std::int64_t check_val_every_n_epoch() const = 0;
  /// Whether every epoch has exactly one validation, at its end. Then callbacks decide once an epoch, else once a validation.
  [[nodiscard]] virtual bool validates_at_epoch_ends() const = 0;
  [[nodiscard]] virtual std::int64_t num_training_batches() const = 0;
  [[nodiscard]] virtual std::int64_t num_val_batches() const = 0;
  /// Training batches from one validation of an epoch to the next.
  [[nodiscard]] virtual std::int64_t val_check_batch() const = 0;
  [[nodiscard]] virtual bool sanity_checking() const = 0;
  /// Whether fast_dev_run is on: then there are no checkpoints and no early stop.
  [[nodiscard]] virtual bool fast_dev_run() const = 0;
  /// The number of this process among the world_size() processes that train the model together, in Lightning's words. A callback that
  /// writes files or prints does so where it is 0.
  [[nodiscard]] virtual std::int64_t global_rank() const;
  [[nodiscard]] virtual std::int64_t world_size() const;
  [[nodiscard]] bool is_global_zero() const { return global_rank() == 0; }
  /// Latest value of every metric. After a validation: val_loss and, as val_*, the components of kind metric. After a training batch:
  /// train_loss and train_loss_step, its loss. After an epoch: train_loss and train_loss_epoch, its mean loss.
  [[nodiscard]] virtual const std::map<std::string, double>& callback_metrics() const = 0;
  /// <log_dir>/<ModelName>/version_<N>; empty under fast_dev_run.
  [[nodiscard]] virtual const std::filesystem::path& version_dir() const = 0;
  /// Whether a larger value of a metric is better. A callback with mode = "auto" asks for it in resolve(). False for losses and for unknown
  /// names; the log reports each unknown name once.
  [[nodiscard]] virtual bool larger_is_better(const std::string& metric) = 0;
  [[nodiscard]] virtual Log& log() = 0;
  /// Sends scalars to every logger at the current step.
  virtual void log_scalars(Scalars scalars) = 0;
  [[nodiscard]] virtual bool has_loggers() const = 0;
  /// The time at which the resume point of this fit was written; nullopt for a fit that does not resume. Files written later belong to the
  /// part that is repeated.
  [[nodiscard]] virtual std::optional<std::filesystem::file_time_type> resumed_from() const;
  /// Whether max_steps has ended the fit within an epoch. A fit with a larger max_steps goes on from before that epoch's end, so that the
  /// checkpoints that were there must stay.
  [[nodiscard]] virtual bool may_continue_epoch() const;
  /// Writes a whole checkpoint and creates its folder if needed.
  virtual void save_checkpoint(const std::filesystem::path& file) = 0;
};

/// A callback's request to the fit. `stop_training` before min_epochs ends nothing, and is forgotten at the end of the epoch: a callback
/// that still wants it asks again. `prune` ends a search's trial early; `abort` ends the run with an error.
struct Action {
  enum class Kind { proceed, stop_training, prune, abort };
  Kind kind = Kind::proceed;
  std::string reason;

  static Action proceed() { return {}; }
  static Action stop_training(std::string why) { return {Kind::stop_training, std::move(why)}; }
  static Action prune(std::string why) { return {Kind::prune, std::move(why)}; }
  static Action abort(std::string why) { return {Kind::abort, std::move(why)}; }
};

/// One training batch for hooks. The loss stays a tensor until a hook needs the number.
struct BatchEnd {
  const Batch& batch;
  std::int64_t batch_index;
  const torch::Tensor& loss;  ///< scalar, detached
};

/// One validation batch, with its forecast on the scaled series.
struct ValidationBatchEnd {
  const Batch& batch;
  std::int64_t batch_index;
  const Forecast& forecast;
};

/// Checkpoints that a callback keeps.
struct CheckpointRecord {
  std::string monitor;
  std::string mode;  ///< min | max: a smaller or a larger value of the monitor is better
  std::optional<double> best_score;
  std::filesystem::path best, last;  ///< empty: none
};

/// Hooks with Lightning's names, called in Lightning's order. By default each hook does nothing.
class PIPELINE_EXPORT Callback {
 public:
  virtual ~Callback();
  /// Sets options that depend on the training (mode = "auto"). Called before setup(), state_key() and monitor(), perhaps several times.
  virtual void resolve(Trainer&);
  virtual void setup(Trainer&);
  virtual void on_fit_start(Trainer&);
  virtual void on_sanity_check_start(Trainer&);
  virtual void on_sanity_check_end(Trainer&);
  virtual void on_train_start(Trainer&);
  virtual void on_train_epoch_start(Trainer&);
  virtual Action on_train_batch_start(Trainer&, std::int64_t batch_index);
  virtual void on_before_backward(Trainer&, const torch::Tensor& loss);
  virtual void on_after_backward(Trainer&);
  virtual void on_before_optimizer_step(Trainer&, torch::optim::Optimizer&);
  virtual Action on_train_batch_end(Trainer&, const BatchEnd&);
  virtual Action on_train_epoch_end(Trainer&);
  virtual void on_validation_start(Trainer&);
  virtual void on_validation_epoch_start(Trainer&);
  virtual void on_validation_batch_end(Trainer&, const ValidationBatchEnd&);
  virtual void on_validation_epoch_end(Trainer&);
  virtual Action on_validation_end(Trainer&);
  virtual void on_train_end(Trainer&);
  virtual void on_fit_end(Trainer&);
  /// May change the whole content of a checkpoint or resume point before it is written.
  virtual void on_save_checkpoint(Trainer&, State& content);
  /// Called with the checkpoint that training continues from, after all other state is restored from it.
  virtual void on_load_checkpoint(Trainer&, const State& content);
  virtual void on_exception(Trainer&, const std::string& what);
  virtual void teardown(Trainer&);

  /// Key of its state in a checkpoint, e.g. "EarlyStopping{'monitor': 'val_loss', 'mode': 'min'}".
  [[nodiscard]] virtual std::string state_key() const = 0;
  [[nodiscard]] virtual State state_dict() const;
  virtual void load_state_dict(const State& state);
  /// The checkpoints that this callback keeps; nullopt if it keeps none.
  [[nodiscard]] virtual std::optional<CheckpointRecord> checkpoints() const;
  /// Whether a hook reads the parameters' gradients (on_after_backward, on_before_optimizer_step); false by default. If no callback reads
  /// them, a training step need not expose them.
  [[nodiscard]] virtual bool needs_gradients() const;
  /// The metric that this callback watches; empty: none. Before training, the fit checks that it measures this metric.
  [[nodiscard]] virtual std::string monitor() const;
};

template <>
struct Kind<Callback> {
  static constexpr const char* name = "callback";
  using Factory = std::unique_ptr<Callback>(const Value& options);
};

}  // namespace pipeline
