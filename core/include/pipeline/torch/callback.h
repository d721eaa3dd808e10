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

/// A running fit as callbacks see it. Names are those of Lightning's Trainer.
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
  /// Optimizer steps done.
  [[nodiscard]] virtual std::int64_t global_step() const = 0;
  /// Of [trainer]; -1: no limit.
  [[nodiscard]] virtual std::int64_t max_epochs() const = 0;
  [[nodiscard]] virtual std::int64_t log_every_n_steps() const = 0;
  [[nodiscard]] virtual std::int64_t check_val_every_n_epoch() const = 0;
  /// Whether every epoch ends with its only validation: then callbacks judge by epoch, else by validation.
  [[nodiscard]] virtual bool validates_at_epoch_ends() const = 0;
  [[nodiscard]] virtual std::int64_t num_training_batches() const = 0;
  [[nodiscard]] virtual std::int64_t num_val_batches() const = 0;
  /// Training batches from one validation of an epoch to the next.
  [[nodiscard]] virtual std::int64_t val_check_batch() const = 0;
  [[nodiscard]] virtual bool sanity_checking() const = 0;
  /// fast_dev_run is on: no checkpoints, no early stop.
  [[nodiscard]] virtual bool fast_dev_run() const = 0;
  /// Latest value of every metric: val_loss and the components of kind metric as val_* after a validation; train_loss, train_loss_step,
  /// train_loss_epoch after an epoch.
  [[nodiscard]] virtual const std::map<std::string, double>& callback_metrics() const = 0;
  /// <log_dir>/<ModelName>/version_<N>; empty under fast_dev_run.
  [[nodiscard]] virtual const std::filesystem::path& version_dir() const = 0;
  /// Whether a larger value of a metric is better. A callback with mode = "auto" asks for it in resolve(). False for losses and for unknown
  /// names; the log says it once of an unknown name.
  [[nodiscard]] virtual bool larger_is_better(const std::string& metric) = 0;
  [[nodiscard]] virtual Log& log() = 0;
  /// Sends scalars to every logger at the current step (global_step, or the given one).
  virtual void log_scalars(Scalars scalars) = 0;
  [[nodiscard]] virtual bool has_loggers() const = 0;
  /// When the resume point was written that this fit goes on from; nullopt for a fit of its own. Files written later than that are of the
  /// part that is done again.
  [[nodiscard]] virtual std::optional<std::filesystem::file_time_type> resumed_from() const;
  /// Writes a whole checkpoint; the folder is made.
  virtual void save_checkpoint(const std::filesystem::path& file) = 0;
};

/// What a callback asks the fit to do next. Prune ends a search's trial early; Abort ends the run with an error.
struct Action {
  enum class Kind { proceed, stop_training, prune, abort };
  Kind kind = Kind::proceed;
  std::string reason;

  static Action proceed() { return {}; }
  static Action stop_training(std::string why) { return {Kind::stop_training, std::move(why)}; }
  static Action prune(std::string why) { return {Kind::prune, std::move(why)}; }
  static Action abort(std::string why) { return {Kind::abort, std::move(why)}; }
};

/// One training batch as hooks see it: losses stay tensors until somebody needs the number.
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
  std::string mode;  ///< of the monitor: min | max, whether a smaller or a larger value is better
  std::optional<double> best_score;
  std::filesystem::path best, last;  ///< empty: none
};

/// Hooks with Lightning's names, called in Lightning's order; every one does nothing by default.
class PIPELINE_EXPORT Callback {
 public:
  virtual ~Callback();
  /// Settles options that depend on the training (mode = "auto"). Called before setup(), state_key() and monitor(), perhaps several times.
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
  /// The whole of a checkpoint before it is written, to be changed; a resume point too.
  virtual void on_save_checkpoint(Trainer&, State& content);
  /// A checkpoint that training goes on from, once all else is restored from it.
  virtual void on_load_checkpoint(Trainer&, const State& content);
  virtual void on_exception(Trainer&, const std::string& what);
  virtual void teardown(Trainer&);

  /// Name under which its state stands in a checkpoint, e.g. "EarlyStopping{'monitor': 'val_loss', 'mode': 'min'}".
  [[nodiscard]] virtual std::string state_key() const = 0;
  [[nodiscard]] virtual State state_dict() const;
  virtual void load_state_dict(const State& state);
  /// Checkpoints this callback keeps, if it does.
  [[nodiscard]] virtual std::optional<CheckpointRecord> checkpoints() const;
  /// Whether a hook reads the parameters' gradients (on_after_backward, on_before_optimizer_step); false by default. Where no callback
  /// does, a training step may keep them to itself.
  [[nodiscard]] virtual bool needs_gradients() const;
  /// The metric this callback watches, empty if none; checked against the metrics the fit produces before training.
  [[nodiscard]] virtual std::string monitor() const;
};

template <>
struct Kind<Callback> {
  static constexpr const char* name = "callback";
  using Factory = std::unique_ptr<Callback>(const Value& options);
};

}  // namespace pipeline
