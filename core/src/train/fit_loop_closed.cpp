// The training of a model with a closed form: one epoch of one step (docs/decisions/0023-closed-form.md).
#include <limits>

#include "train/closed_fit.h"
#include "train/fit_loop.h"

namespace pipeline {

void FitLoop::train_closed(ClosedForm& model) {
  if (training_done()) return;
  trainer_.each("on_train_start", &Callback::on_train_start);
  begin_epoch(train_loader_.begin(0));
  trainer_.state.learning_rate = std::numeric_limits<double>::quiet_NaN();
  trainer_.ask("on_train_batch_start", &Callback::on_train_batch_start, 0);
  signal_ = ranks_.follow_first(trainer_);
  if (!may_stop()) solve(model);
  if (interrupted_) return;
  end_epoch();
  epoch_.reset();
  trainer_.each("on_train_end", &Callback::on_train_end);
}

void FitLoop::solve(ClosedForm& model) {
  // fast_dev_run takes all windows too: its few batches would hardly determine the weights.
  const std::int64_t all = train_loader_.batches();
  const std::int64_t batches = trainer_.plan().fast_dev_run ? all : plan_fit(spec_.trainer, all, val_loader_.batches()).train_batches;
  ClosedFit closed(spec_, model, train_loader_, batches);
  const auto stop = [this] {
    signal_ = ranks_.follow_first(trainer_);
    return interrupted_ = signal_ != 0;
  };
  const std::optional<Batch> last = closed.solve(stop);
  if (!last) return;
  ranks_.share_weights(*spec_.model);
  const std::optional<double> loss = closed.loss(stop);
  if (!loss) return;
  require_finite(*loss, "training loss");

  FitProgress& progress = trainer_.state.progress;
  progress.batches = progress.batches_in_epoch = progress.steps = progress.steps_in_epoch = 1;
  const torch::Tensor mean = torch::full({}, *loss, torch::kDouble);
  epoch_->losses.add(mean, train_loader_.windows());
  trainer_.set_step_loss(*loss);
  trainer_.ask("on_train_batch_end", &Callback::on_train_batch_end, BatchEnd{.batch = *last, .batch_index = 0, .loss = mean});
  signal_ = ranks_.follow_first(trainer_);
  if (trainer_.plan().val_batches > 0 && !trainer_.state.pruned) {
    validation_.run(trainer_, trainer_.plan().val_batches);
    signal_ = ranks_.follow_first(trainer_);
    epoch_->validated = true;
    note_best();
  }
  progress.batches_that_stepped = 1;
}

}  // namespace pipeline
