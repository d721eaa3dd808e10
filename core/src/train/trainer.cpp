#include "train/trainer.h"

#include <utility>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "pipeline/train/checkpoint.h"
#include "train/fit_checkpoint.h"

namespace pipeline {

FitTrainer::FitTrainer(FitSpec& spec, const RunContext& run, FitPlan plan) : spec_(spec), run_(run), plan_(plan) {}

void FitTrainer::log_scalars(Scalars scalars) {
  each_logger("log_scalars", &Logger::log_scalars, scalars, state.progress.batches_that_stepped);
}

void FitTrainer::log_with_epoch(std::vector<std::pair<std::string, double>> scalars) {
  if (spec_.loggers.empty() || scalars.empty()) return;
  scalars.emplace_back("epoch", static_cast<double>(current_epoch()));
  log_scalars(scalars);
}

const std::map<std::string, double>& FitTrainer::callback_metrics() const {
  if (unread_loss_ != nullptr) set_step_loss(unread_loss_->last());
  return state.metrics;
}

bool FitTrainer::larger_is_better(const std::string& metric) {
  if (const auto known = pipeline::larger_is_better(spec_.metrics, metric)) return *known;
  if (unknown_.insert(metric).second)
    run_.log.warning("nothing says whether a larger \"" + metric +
                     "\" is better, so a smaller one is taken for better: write mode = \"min\" or mode = \"max\"");
  return false;
}

void FitTrainer::set_step_loss(double loss) const {
  unread_loss_ = nullptr;
  if (step_loss_ == nullptr) {
    step_loss_ = &state.metrics["train_loss_step"];
    running_loss_ = &state.metrics["train_loss"];
  }
  *step_loss_ = *running_loss_ = loss;
}

void FitTrainer::save_checkpoint(const std::filesystem::path& file) {
  if (run_.rank() != 0) return;
  if (file.has_parent_path()) make_folder(file.parent_path());
  State content = checkpoint_content(spec_, state.progress, plan_.train_batches);
  each("on_save_checkpoint", &Callback::on_save_checkpoint, content);
  write_checkpoint(file, content);
}

void FitTrainer::heed(Action action, const Callback& callback) {
  if (run_.rank() != 0 && action.kind != Action::Kind::abort) return;  // rank 0 decides
  switch (action.kind) {
    case Action::Kind::proceed:
      return;
    case Action::Kind::abort:
      throw training_error(action.reason);
    case Action::Kind::prune:
      state.pruned = true;
      [[fallthrough]];
    case Action::Kind::stop_training:
      state.stop_requested = true;
      if (state.stopped_by.empty()) {
        state.stopped_by = callback.state_key();
        state.stop_reason = std::move(action.reason);
      }
      return;
  }
}

}  // namespace pipeline
