#include "train/fit_loop.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "base/metric_names.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "train/generators.h"
#include "train/training_step.h"

namespace pipeline {

namespace {

/// The number of training batches; Error if there are none. 0 for a model without parameters: it is not trained.
std::int64_t batches_to_train(const FitSpec& spec, const Loader& loader) {
  if (!spec.optimizer && !closed_form_of(*spec.model)) return 0;
  if (loader.windows() == 0)
    throw data_error("the training split has no windows: give `split` more rows for training, or shorten window or horizon");
  if (loader.batches() == 0) {
    throw usage_error("[loader] drop_last leaves no training batch: batch_size " + format_count(spec.loader.batch_size) +
                      " is more than the " + format_count(loader.windows()) + " training windows");
  }
  return loader.batches();
}

/// The loader's options; overfitting uses the same batches in the same order. A closed form takes every window once, on every rank.
LoaderOptions training_loader(const FitSpec& spec, const RunContext& run) {
  LoaderOptions options = spec.loader;
  if (spec.trainer.overfits()) options.shuffle = false;
  if (!closed_form_of(*spec.model)) return options;
  options.shuffle = options.drop_last = false;
  options.sampling = Sampling::windows;
  options.batch_size *= run.world();  // limits count the batches of all ranks
  return options;
}

Shard shard_of(const RunContext& run) { return {.rank = run.rank(), .world = run.world()}; }
Shard training_shard(const FitSpec& spec, const RunContext& run) { return closed_form_of(*spec.model) ? Shard{} : shard_of(run); }

/// The limits of the fit. For callbacks a closed form has one batch, all windows.
FitPlan plan_of(const FitSpec& spec, const Loader& train, const Loader& val) {
  FitPlan plan = plan_fit(spec.trainer, batches_to_train(spec, train), val.batches());
  if (closed_form_of(*spec.model) && plan.train_batches > 0) plan.train_batches = plan.val_check_batch = 1;
  return plan;
}

bool keeps_checkpoints(const Callback& callback) { return callback.checkpoints().has_value(); }

/// The checkpoints of the first callback that keeps any.
std::optional<CheckpointRecord> kept_checkpoints(const FitSpec& spec) {
  for (const Component<Callback>& callback : spec.callbacks) {
    if (auto kept = call(callback, "checkpoints", &Callback::checkpoints)) return kept;
  }
  return std::nullopt;
}

}  // namespace

FitLoop::FitLoop(FitSpec& spec, const Windows& windows, const RunContext& run)
    : spec_(spec),
      run_(run),
      forecaster_(spec.model, spec.window_norm, spec.shape, spec.trainer.precision),
      train_loader_(windows, Split::train, training_loader(spec, run), forecaster_.inputs(), run.device, training_shard(spec, run)),
      val_loader_(windows, Split::val, spec.loader, forecaster_.inputs(), run.device, shard_of(run)),
      trainer_(spec, run, plan_of(spec, train_loader_, val_loader_)),
      validation_(forecaster_, spec.loss, val_loader_, spec.shape, spec.metrics, run.collective),
      schedule_(spec.scheduler),
      ranks_(run) {
  trainer_.each("resolve", &Callback::resolve);
  if (spec_.scheduler) call(spec_.scheduler, "resolve", &Scheduler::resolve, trainer_);
  std::ranges::stable_partition(spec_.callbacks, [](const auto& callback) { return !keeps_checkpoints(*callback); });
  check_monitors();
  check_state_keys();
}

void FitLoop::check_monitors() {
  for (const Component<Callback>& component : spec_.callbacks) {
    call(component, "monitor",
         [this](const Callback& callback) { check_monitor(callback.state_key(), callback.monitor(), keeps_checkpoints(callback)); });
  }
  if (spec_.scheduler) check_monitor("[scheduler]", spec_.scheduler->timing().monitor, false);
}

void FitLoop::check_state_keys() const {
  std::vector<std::string> seen;
  for (const Component<Callback>& callback : spec_.callbacks) {
    if (call(callback, "state_dict", &Callback::state_dict).is_null()) continue;
    const std::string key = callback->state_key();
    if (std::ranges::find(seen, key) != seen.end())
      throw usage_error("two callbacks are " + key +
                        ", and a checkpoint could not tell their states apart: leave one out, or let them differ");
    seen.push_back(key);
  }
}

void FitLoop::check_monitor(const std::string& owner, const std::string& monitor, bool counts_too) {
  if (counts_too && std::ranges::find(counter_names, monitor) != counter_names.end()) return;
  std::vector<std::string> names;
  if (learns()) names = {"train_loss", "train_loss_step", "train_loss_epoch"};
  const bool validates = trainer_.plan().val_batches > 0;
  if (validates) names.insert(names.end(), validation_.names().begin(), validation_.names().end());
  validation_.log_too(monitor);
  if (monitor.empty() || std::ranges::find(names, monitor) != names.end()) return;
  const bool unmeasured = !learns() && monitor.starts_with("train_loss");
  if (unmeasured) return;
  const std::string name = owner.substr(0, owner.find('{'));
  const bool lacks_windows = !validates && std::ranges::find(validation_.names(), monitor) != validation_.names().end();
  throw usage_error(name + " monitors \"" + monitor + "\", which this training does not measure" +
                    (lacks_windows
                         ? ", as it has no validation: give `split` rows for it, let limit_val_batches be above 0, or leave out " + name
                         : did_you_mean(monitor, names) + " (it measures " + join(names) + ")"));
}

FitResult FitLoop::run() {
  try {
    fit();
  } catch (...) {
    fail(words_of_exception());
    throw;
  }
  if (interrupted_) {
    fail("interrupted");
  } else {
    trainer_.each_logger("finish", &Logger::finish, true);
    sync_version_folder();
  }
  return result();
}

void FitLoop::fail(const std::string& what) {
  // A second error must not hide the first one.
  const auto attempt = [&](const auto& act) {
    try {
      act();
    } catch (...) {
      run_.log.warning("after the training failed: " + words_of_exception());
    }
  };
  for (const Component<Callback>& callback : spec_.callbacks)
    attempt([&] { call(callback, "on_exception", &Callback::on_exception, trainer_, what); });
  for (const Component<Logger>& logger : spec_.loggers) attempt([&] { call(logger, "finish", &Logger::finish, false); });
}

void FitLoop::fit() {
  trainer_.each("setup", &Callback::setup);
  if (spec_.optimizer) schedule_.start(trainer_.plan(), spec_.trainer.accumulate_grad_batches);
  const bool continued = spec_.optimizer && !spec_.start.is_null();
  if (continued) restore();
  ranks_.share_weights(*spec_.model);
  trainer_.each("on_fit_start", &Callback::on_fit_start);
  if (!trainer_.resumed_from()) {
    trainer_.each_logger("log_hyper_parameters", &Logger::log_hyper_parameters, spec_.hyper_parameters);
  }
  spec_.model->train();
  if (spec_.optimizer) {
    if (!continued) sanity_check();  // as in Lightning: the check would change restored state
    train();
  } else if (ClosedForm* const closed = closed_form_of(*spec_.model)) {
    sanity_check();
    train_closed(*closed);
  } else {
    validate_untrained();
  }
  keep_last();
  if (interrupted_) return;
  trainer_.each("on_fit_end", &Callback::on_fit_end);
  trainer_.each("teardown", &Callback::teardown);
}

void FitLoop::sanity_check() {
  if (trainer_.plan().sanity_batches == 0) return;
  const IsolatedRandomness isolated(run_.device);  // as in Lightning: the check must not change the draws of training
  trainer_.in_sanity_check = true;
  trainer_.each("on_sanity_check_start", &Callback::on_sanity_check_start);
  validation_.run(trainer_, trainer_.plan().sanity_batches);
  trainer_.each("on_sanity_check_end", &Callback::on_sanity_check_end);
  trainer_.in_sanity_check = false;
  trainer_.state.progress.val_batches_run = 0;
}

void FitLoop::validate_untrained() {
  trainer_.each("on_train_start", &Callback::on_train_start);
  if (trainer_.plan().val_batches > 0) validation_.run(trainer_, trainer_.plan().val_batches);
  trainer_.each("on_train_end", &Callback::on_train_end);
  constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
  trainer_.state.history.push_back(
      {.epoch = 0, .step = 0, .train_loss = no_value, .learning_rate = no_value, .seconds = 0, .val = logged_validation()});
}

void FitLoop::train() {
  if (trainer_.resumed_from()) {
    restore_generators(std::exchange(trainer_.state.generators, State()), run_.device);
  } else {
    keep_position();  // from now on --resume continues in this version folder
  }
  if (training_done() && !epoch_) return;
  const std::unique_ptr<TrainStep> step = make_training_step(forecaster_, spec_, run_);
  BatchTraining training(*step, spec_, run_.collective);
  // The first pass begins here, all others after on_train_epoch_start: at these points PyTorch draws its seeds under Lightning.
  std::unique_ptr<Loader::Pass> first;
  if (trainer_.state.progress.epochs_started == 0) first = train_loader_.begin(trainer_.plan().train_batches);
  trainer_.each("on_train_start", &Callback::on_train_start);
  while (!interrupted_ && (epoch_ || !training_done())) {  // a restored epoch that max_steps cut short is ended again
    if (!epoch_) begin_epoch(std::move(first));
    run_epoch(training);
  }
  if (!interrupted_) trainer_.each("on_train_end", &Callback::on_train_end);
}

void FitLoop::begin_epoch(std::unique_ptr<Loader::Pass> pass) {
  FitProgress& progress = trainer_.state.progress;
  if (trainer_.state.batches_before == 0) trainer_.state.forget_stop();  // min_epochs was not reached: callbacks are asked anew
  trainer_.each("on_train_epoch_start", &Callback::on_train_epoch_start);
  ++progress.epochs_started;
  if (!pass) pass = train_loader_.begin(trainer_.plan().train_batches);
  epoch_.emplace(FitEpoch{.pass = std::move(pass), .losses = EpochLoss(run_.device)});
  if (const std::int64_t done = std::exchange(trainer_.state.batches_before, 0); done > 0) {
    epoch_->pass = train_loader_.continue_pass(trainer_.plan().train_batches, epoch_->pass->seed(), done);
    epoch_->next = done;
  } else {
    progress.batches_in_epoch = progress.steps_in_epoch = progress.scheduler_steps_in_epoch = 0;
  }
}

void FitLoop::run_epoch(BatchTraining& training) {
  FitEpoch& epoch = *epoch_;
  const std::int64_t batches = trainer_.plan().train_batches;
  while (!epoch_done(epoch.next - 1)) {
    const std::optional<Batch> batch = epoch.pass->next();
    if (!batch || !run_batch(*batch, epoch.next, training)) break;
    if (!training.steps_after(epoch.next++, batches)) continue;
    if (signal_ != 0) {
      interrupted_ = true;
      keep_position();
      return;
    }
    if (!epoch_done(epoch.next - 1)) keep_position_if_due();
  }
  const bool cut_short = epoch.next < batches && !may_stop();  // by max_steps: with a larger one training continues within the epoch
  if (cut_short) keep_position();
  trainer_.cut_short = cut_short;
  end_epoch();
  epoch_.reset();
  if (!cut_short) keep_position();
}

bool FitLoop::run_batch(const Batch& batch, std::int64_t index, BatchTraining& training) {
  EpochLoss& losses = epoch_->losses;
  FitProgress& progress = trainer_.state.progress;
  const std::int64_t batches = trainer_.plan().train_batches;
  trainer_.ask("on_train_batch_start", &Callback::on_train_batch_start, index);
  signal_ = ranks_.follow_first(trainer_);
  if (may_stop()) return false;

  trainer_.state.learning_rate = spec_.optimizer->torch_optimizer().param_groups().front().options().get_lr();
  const torch::Tensor loss = training.run(trainer_, batch, index, batches);
  ranks_.share_buffers(*spec_.model);
  ++progress.batches;
  ++progress.batches_in_epoch;
  losses.add(loss, train_loader_.windows_in(index));
  const bool stepped = training.steps_after(index, batches);
  if (losses.is_read()) require_finite(losses.last(), "training loss");
  schedule_.after_batch(trainer_, index, stepped);
  losses.is_read() ? trainer_.set_step_loss(losses.last()) : trainer_.set_step_loss_later(losses);
  const BatchEnd end{.batch = batch, .batch_index = index, .loss = loss};
  trainer_.ask("on_train_batch_end", &Callback::on_train_batch_end, end);
  log_loss(losses, stepped);
  signal_ = ranks_.follow_first(trainer_);

  if (trainer_.plan().validates(progress.epochs_completed) && !trainer_.state.pruned &&
      (trainer_.plan().validates_after(index) || may_stop())) {
    note_best();  // a checkpoint from the batch's end belongs to the metrics before this validation
    validation_.run(trainer_, trainer_.plan().val_batches);
    signal_ = ranks_.follow_first(trainer_);
    epoch_->validated = true;
    note_best();
    const auto loss_now = trainer_.state.metrics.find("val_loss");
    if (loss_now != trainer_.state.metrics.end() && !trainer_.state.stop_requested) require_finite(loss_now->second, "validation loss");
  }
  schedule_.after_validation(trainer_, index, stepped);
  if (stepped) ++progress.batches_that_stepped;
  return true;
}

void FitLoop::log_loss(const EpochLoss& losses, bool stepped) {
  const bool due =
      (trainer_.state.progress.batches_that_stepped + 1) % spec_.trainer.log_every_n_steps == 0 || trainer_.state.stop_requested;
  if (!stepped || !due) return;
  const double loss = losses.last();
  require_finite(loss, "training loss");
  trainer_.log_with_epoch({{"train_loss_step", loss}});
}

void FitLoop::end_epoch() {
  FitProgress& progress = trainer_.state.progress;
  EpochRecord record{.epoch = progress.epochs_completed,
                     .step = progress.steps,
                     .train_loss = epoch_->losses.mean(),
                     .learning_rate = trainer_.state.learning_rate,
                     .seconds = epoch_->seconds(),
                     .val = {}};
  ++progress.epochs_processed;
  static_cast<void>(trainer_.callback_metrics());  // reads the last batch's loss while it exists
  if (progress.batches_in_epoch > 0) {
    require_finite(record.train_loss, "training loss");
    trainer_.state.metrics["train_loss_epoch"] = trainer_.state.metrics["train_loss"] = record.train_loss;
  }
  // Callbacks that monitor a metric run after those that may produce one, as in Lightning.
  for (const bool monitoring : {false, true}) {
    trainer_.ask("on_train_epoch_end", [&](Callback& callback, Trainer& trainer) {
      const bool monitors = !callback.monitor().empty() || keeps_checkpoints(callback);
      return monitors == monitoring ? callback.on_train_epoch_end(trainer) : Action::proceed();
    });
  }
  signal_ = ranks_.follow_first(trainer_);
  note_best();
  schedule_.after_epoch(trainer_);
  if (progress.batches_in_epoch > 0) {
    --progress.batches_that_stepped;  // the epoch's mean is logged at the step of its last batch
    trainer_.log_with_epoch({{"train_loss_epoch", record.train_loss}});
    ++progress.batches_that_stepped;
  }
  if (epoch_->validated) record.val = logged_validation();
  trainer_.state.history.push_back(std::move(record));
  ++progress.epochs_completed;
}

void FitLoop::note_best() {
  const auto kept = kept_checkpoints(spec_);
  if (!kept || kept->best == trainer_.state.best_checkpoint) return;
  trainer_.state.best_checkpoint = kept->best;
  trainer_.state.best_metrics = logged_validation();
  for (const auto& [name, value] : trainer_.callback_metrics()) {
    if (name.starts_with("train_")) trainer_.state.best_metrics[name] = value;
  }
}

std::map<std::string, double> FitLoop::logged_validation() const {
  std::map<std::string, double> values;
  for (const std::string& name : validation_.logged()) {
    if (const auto found = trainer_.state.metrics.find(name); found != trainer_.state.metrics.end()) values.insert(*found);
  }
  return values;
}

void FitLoop::require_finite(double loss, const char* name) const {
  if (std::isfinite(loss)) return;
  throw training_error("the " + std::string(name) + " became " + (std::isnan(loss) ? "nan" : "infinite") + " in epoch " +
                       std::to_string(trainer_.state.progress.epochs_completed) + " at step " +
                       std::to_string(trainer_.state.progress.steps) + ": lower [optimizer] lr (it is " +
                       format_number(trainer_.state.learning_rate) + "), set [trainer] gradient_clip_val = 1.0, or scale the columns " +
                       "([stages.preprocess] scaler = \"standard\")");
}

bool FitLoop::may_stop() const {
  const bool enough = trainer_.state.progress.epochs_processed >= trainer_.plan().min_epochs;
  return trainer_.state.pruned || (trainer_.state.stop_requested && enough);
}

bool FitLoop::training_done() const {
  const FitPlan& plan = trainer_.plan();
  const FitProgress& progress = trainer_.state.progress;
  return interrupted_ || plan.train_batches == 0 || (plan.max_steps >= 0 && progress.steps >= plan.max_steps) ||
         (plan.max_epochs >= 0 && progress.epochs_processed >= plan.max_epochs) || may_stop();
}

bool FitLoop::epoch_done(std::int64_t index) const {
  const FitPlan& plan = trainer_.plan();
  return index + 1 == plan.train_batches || (plan.max_steps >= 0 && trainer_.state.progress.steps >= plan.max_steps) || may_stop();
}

void FitLoop::keep_last() {
  if (spec_.version_dir.empty()) return;
  if (interrupted_ && !spec_.resume.file.empty()) return;  // the resume point holds more
  for (const Component<Callback>& callback : spec_.callbacks) {
    const auto kept = call(callback, "checkpoints", &Callback::checkpoints);
    if (!interrupted_ && kept && !kept->last.empty()) {
      last_checkpoint_ = kept->last;
      return;
    }
  }
  last_checkpoint_ = spec_.version_dir / "checkpoints" / "last.ckpt";
  trainer_.save_checkpoint(last_checkpoint_);
}

FitResult FitLoop::result() const {
  FitResult result{.history = trainer_.state.history,
                   .epochs = trainer_.state.progress.epochs_completed,
                   .steps = trainer_.state.progress.steps,
                   .stopped_by = interrupted_ ? "interrupted"
                                 : may_stop() ? trainer_.state.stop_reason
                                              : "",
                   .interrupted = interrupted_,
                   .pruned = trainer_.state.pruned,
                   .checkpoints = {},
                   .last_checkpoint = last_checkpoint_,
                   .metrics = trainer_.callback_metrics(),
                   .best_metrics = trainer_.state.best_metrics};
  result.checkpoints = kept_checkpoints(spec_);
  return result;
}

}  // namespace pipeline
