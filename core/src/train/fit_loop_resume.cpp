// How a fit continues from a checkpoint, and how it writes its resume point.
#include <chrono>
#include <utility>

#include "base/durable.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/train/checkpoint.h"
#include "train/fit_checkpoint.h"
#include "train/fit_loop.h"
#include "train/generators.h"

namespace pipeline {

namespace {

/// Refuses another training length for a schedule over the whole training: it cannot be stretched afterwards.
void check_schedule_length(const State& now, const State& before) {
  for (const char* length : {"total_steps", "T_max"}) {
    const State *wanted = now.find(length), *had = before.find(length);
    if (wanted && had && wanted->to_value() != had->to_value())
      throw usage_error("the training cannot be continued with another length: its scheduler was laid out for " + to_json(had->to_value()) +
                        " and would now be for " + to_json(wanted->to_value()) + " (" + length +
                        "); keep [trainer] max_epochs and max_steps as they were");
  }
  const State *inner_now = now.find("_schedulers"), *inner_before = before.find("_schedulers");  // of a warm-up
  if (!inner_now || !inner_before) return;
  const std::size_t both = std::min(inner_now->as_list().size(), inner_before->as_list().size());
  for (std::size_t i = 0; i < both; ++i) check_schedule_length(inner_now->as_list()[i], inner_before->as_list()[i]);
}

/// Loads the state of `part` from a checkpoint; Error (training) with place and cure if the state does not fit.
template <class Load>
void load_part(const std::string& part, const Load& load) {
  try {
    load();
  } catch (const Error& error) {
    throw training_error("the checkpoint's state of the " + part + " does not fit: " + error.what() + ". Train with the " + part +
                         " that the checkpoint was written with, or take only its weights ([stages.train] from_checkpoint)");
  }
}

}  // namespace

void FitLoop::restore() {
  const State& content = spec_.start;
  load_model_state(*spec_.model, content.at("state_dict"), "the checkpoint that is continued");
  // After the schedule's start, which sets the rates. The optimizer comes last, as its state holds the rates.
  const State* schedulers = content.find("lr_schedulers");
  if (spec_.scheduler && schedulers && !schedulers->as_list().empty()) {
    check_schedule_length(call(spec_.scheduler, "state_dict", &Scheduler::state_dict), schedulers->as_list().front());
    load_part("scheduler", [&] { call(spec_.scheduler, "load_state_dict", &Scheduler::load_state_dict, schedulers->as_list().front()); });
  }
  const State* optimizers = content.find("optimizer_states");
  if (!optimizers || optimizers->as_list().empty())
    throw training_error("the checkpoint holds no optimizer's state, so training cannot go on from it: name it as from_checkpoint instead");
  load_part("optimizer", [&] { call(spec_.optimizer, "load_state_dict", &Optimizer::load_state_dict, optimizers->as_list().front()); });
  if (const State* states = content.find("callbacks")) {
    trainer_.each("load_state_dict", [&](Callback& callback, Trainer&) {
      if (const State* state = states->find(callback.state_key())) callback.load_state_dict(*state);
    });
  }
  trainer_.each("on_load_checkpoint", &Callback::on_load_checkpoint, content);
  const State* resume = trainer_.resumed_from() ? content.find("resume") : nullptr;
  trainer_.state = resume ? FitState::from_state(resume->at("position")) : state_of_checkpoint(content, trainer_.plan().train_batches);
  if (const auto epoch = std::exchange(trainer_.state.epoch, std::nullopt)) {
    epoch_.emplace(FitEpoch{.pass = train_loader_.continue_pass(trainer_.plan().train_batches, epoch->seed, epoch->next),
                            .losses = EpochLoss(run_.device, epoch->losses),
                            .next = epoch->next,
                            .validated = epoch->validated,
                            .seconds_before = epoch->seconds});
  }
  spec_.start = State();
}

State FitLoop::resume_point() {
  static_cast<void>(trainer_.callback_metrics());  // completes the metrics
  FitState position = trainer_.state;
  position.generators = generator_states(run_.device);
  if (epoch_) {
    position.epoch = {.seed = epoch_->pass->seed(),
                      .next = epoch_->next,
                      .losses = epoch_->losses.sums(),
                      .validated = epoch_->validated,
                      .seconds = epoch_->seconds()};
  }
  State::List loggers;
  for (const Component<Logger>& logger : spec_.loggers) loggers.emplace_back(call(logger, "position", &Logger::position));
  State content = checkpoint_content(spec_, trainer_.state.progress, trainer_.plan().train_batches);
  trainer_.each("on_save_checkpoint", &Callback::on_save_checkpoint, content);
  content.as_map().emplace_back(
      "resume", State::Map{{"position", position.to_state()}, {"loggers", std::move(loggers)}, {"notes", spec_.resume.notes}});
  return content;
}

void FitLoop::keep_position() {
  if (spec_.resume.file.empty() || run_.rank() != 0) return;
  const State content = resume_point();
  sync_version_folder();  // the resume point counts on the logs and checkpoints that it knows of
  write_checkpoint(spec_.resume.file, content);
  kept_ = FitEpoch::Clock::now();
}

void FitLoop::sync_version_folder() {
  if (spec_.resume.file.empty() || run_.rank() != 0) return;
  const std::int64_t begun = nanoseconds_now();
  sync_changes(spec_.version_dir, synced_);
  synced_ = begun;
}

void FitLoop::keep_position_if_due() {
  const std::chrono::duration<double> passed = FitEpoch::Clock::now() - kept_;
  if (passed.count() >= spec_.resume.every_n_seconds) keep_position();
}

}  // namespace pipeline
