#include "trial_callbacks.h"

#include <utility>

#include "pipeline/host/component_call.h"

namespace pipeline::stage::optimize {

ReportTrial::ReportTrial(Study& study, const Component<Pruner>& pruner, Trial& trial, View& view, Setup setup)
    : study_(study), pruner_(pruner), trial_(trial), view_(view), setup_(std::move(setup)), last_beat_(Clock::now()) {}

void ReportTrial::beat() {
  if (Clock::now() - last_beat_ < setup_.heartbeat_interval) return;
  study_.heartbeat(trial_);
  last_beat_ = Clock::now();
}

Action ReportTrial::on_train_batch_end(Trainer&, const BatchEnd&) {
  beat();
  return Action::proceed();
}

void ReportTrial::on_validation_batch_end(Trainer&, const ValidationBatchEnd&) { beat(); }

Action ReportTrial::on_validation_end(Trainer& trainer) {
  measured_ = measured_ || !trainer.sanity_checking();
  return Action::proceed();
}

Action ReportTrial::on_train_epoch_end(Trainer& trainer) {
  const bool every_epoch = setup_.monitor.starts_with("train_");
  const auto metric = trainer.callback_metrics().find(setup_.monitor);
  if (!(measured_ || every_epoch) || metric == trainer.callback_metrics().end()) return Action::proceed();
  measured_ = false;
  const std::int64_t step = trainer.current_epoch();
  trial_.reports[step] = metric->second;
  const bool prune =
      view_.show([&](const StudyState& study, Trial& trial) { return call(pruner_, "prune", &Pruner::prune, study, trial); });
  study_.report(trial_, step, metric->second);
  last_beat_ = Clock::now();
  if (setup_.reported) setup_.reported(trial_);
  return prune ? Action::prune("pruned after epoch " + std::to_string(step + 1)) : Action::proceed();
}

}  // namespace pipeline::stage::optimize
