#include "train/fit_checkpoint.h"

#include <algorithm>
#include <iterator>

#include "checkpoint/panel_scales.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/train/checkpoint.h"

namespace pipeline {

namespace {

/// The version of Lightning whose checkpoint format is written.
constexpr const char* lightning_version = "2.6.6";

State counter(std::int64_t ready, std::int64_t started, std::int64_t processed, std::int64_t completed) {
  return State::Map{{"ready", ready}, {"completed", completed}, {"started", started}, {"processed", processed}};
}

State counter(std::int64_t n) { return counter(n, n, n, n); }

State ready_and_completed(std::int64_t n) { return State::Map{{"ready", n}, {"completed", n}}; }

State optimizer_steps(const FitProgress& progress) {
  const auto with_started = [](std::int64_t n) { return State(State::Map{{"ready", n}, {"completed", n}, {"started", n}}); };
  const std::int64_t steps = progress.steps, in_epoch = progress.steps_in_epoch;
  return State::Map{
      {"optimizer", State::Map{{"step", State::Map{{"total", ready_and_completed(steps)}, {"current", ready_and_completed(in_epoch)}}},
                               {"zero_grad", State::Map{{"total", with_started(steps)}, {"current", with_started(in_epoch)}}}}}};
}

/// The counters from which Lightning resumes at the right epoch and step.
State fit_loop(const FitProgress& p, std::int64_t train_batches) {
  const State epochs = counter(p.epochs_started, p.epochs_started, p.epochs_processed, p.epochs_completed);
  const State nothing = State::Map{};
  const State none_done = State::Map{{"total", ready_and_completed(0)}, {"current", ready_and_completed(0)}};
  return State::Map{{"state_dict", nothing},
                    {"epoch_loop.state_dict", State::Map{{"_batches_that_stepped", p.batches_that_stepped}}},
                    {"epoch_loop.batch_progress", State::Map{{"total", counter(p.batches)},
                                                             {"current", counter(p.batches_in_epoch)},
                                                             {"is_last_batch", p.batches_in_epoch == train_batches}}},
                    {"epoch_loop.scheduler_progress", State::Map{{"total", ready_and_completed(p.scheduler_steps)},
                                                                 {"current", ready_and_completed(p.scheduler_steps_in_epoch)}}},
                    {"epoch_loop.automatic_optimization.state_dict", nothing},
                    {"epoch_loop.automatic_optimization.optim_progress", optimizer_steps(p)},
                    {"epoch_loop.manual_optimization.state_dict", nothing},
                    {"epoch_loop.manual_optimization.optim_step_progress", none_done},
                    {"epoch_loop.val_loop.state_dict", nothing},
                    {"epoch_loop.val_loop.batch_progress",
                     State::Map{{"total", counter(p.val_batches_run)}, {"current", counter(p.val_batches_run)}, {"is_last_batch", true}}},
                    {"epoch_progress", State::Map{{"total", epochs}, {"current", epochs}}}};
}

State callback_states(const FitSpec& spec) {
  State::Map states;
  for (const Component<Callback>& callback : spec.callbacks) {
    State state = call(callback, "state_dict", &Callback::state_dict);
    if (!state.is_null()) states.emplace_back(call(callback, "state_key", &Callback::state_key), std::move(state));
  }
  return states;
}

/// The optimizer's state_dict() with the scheduler's entries in its groups, as PyTorch's scheduler writes them.
State optimizer_state(const FitSpec& spec) {
  try {
    State state = call(spec.optimizer, "state_dict", &Optimizer::state_dict);
    if (!spec.scheduler) return state;
    State::List& groups = state.at("param_groups").as_list();
    for (std::size_t g = 0; g < groups.size(); ++g) {
      State::Map entries = call(spec.scheduler, "group_entries", &Scheduler::group_entries, g);
      State::Map& group = groups[g].as_map();
      group.insert(std::ranges::find(group, "params", &State::Map::value_type::first), std::make_move_iterator(entries.begin()),
                   std::make_move_iterator(entries.end()));
    }
    return state;
  } catch (const Error& error) {
    throw training_error("the state of the optimizer " + spec.optimizer_name + " cannot be saved: " + error.what());
  }
}

const State* entry_at(const State& state, std::initializer_list<const char*> path) {
  const State* found = &state;
  for (const char* key : path) {
    found = found ? found->find(key) : nullptr;
  }
  return found;
}

std::int64_t count_at(const State& state, std::initializer_list<const char*> path) {
  const State* found = entry_at(state, path);
  return found ? found->as_int() : 0;
}

}  // namespace

State checkpoint_content(const FitSpec& spec, const FitProgress& progress, std::int64_t train_batches) {
  State::List optimizers, schedulers;
  State info(spec.pipeline_info);
  if (!spec.panel.is_null()) info.as_map().emplace_back(panel_scales_key, spec.panel);
  if (spec.optimizer) optimizers.push_back(optimizer_state(spec));
  if (spec.scheduler) schedulers.push_back(call(spec.scheduler, "state_dict", &Scheduler::state_dict));
  return State::Map{{"epoch", progress.epochs_completed},
                    {"global_step", progress.steps},
                    {"pytorch-lightning_version", lightning_version},
                    {"state_dict", model_state(*spec.model)},
                    {"loops", State::Map{{"fit_loop", fit_loop(progress, train_batches)}}},
                    {"callbacks", callback_states(spec)},
                    {"optimizer_states", std::move(optimizers)},
                    {"lr_schedulers", std::move(schedulers)},
                    {"hparams_name", "kwargs"},
                    {"hyper_parameters", State(spec.hyper_parameters)},
                    {"pipeline", std::move(info)}};
}

FitState state_of_checkpoint(const State& content, std::int64_t train_batches) {
  FitState out;
  const State* loop = entry_at(content, {"loops", "fit_loop"});
  if (!loop) return out;
  FitProgress& progress = out.progress;
  const State* last = entry_at(*loop, {"epoch_loop.batch_progress", "is_last_batch"});
  // Processed, not completed: a checkpoint that is saved in on_train_batch_end has trained its batch.
  const std::int64_t in_epoch = count_at(*loop, {"epoch_loop.batch_progress", "current", "processed"});
  const bool whole_epochs = (last && last->as_bool()) || in_epoch >= train_batches;
  progress.epochs_started = count_at(*loop, {"epoch_progress", "current", "started"});
  progress.epochs_completed = whole_epochs ? progress.epochs_started : count_at(*loop, {"epoch_progress", "current", "completed"});
  progress.epochs_processed = progress.epochs_completed;
  progress.steps = progress.batches_that_stepped = count_at(content, {"global_step"});
  progress.batches = count_at(*loop, {"epoch_loop.batch_progress", "total", "processed"});
  progress.scheduler_steps = count_at(*loop, {"epoch_loop.scheduler_progress", "total", "completed"});
  if (progress.epochs_started > progress.epochs_completed) {
    progress.epochs_started = progress.epochs_completed;  // the epoch begins again
    out.batches_before = progress.batches_in_epoch = in_epoch;
    progress.steps_in_epoch =
        count_at(*loop, {"epoch_loop.automatic_optimization.optim_progress", "optimizer", "step", "current", "completed"});
    progress.scheduler_steps_in_epoch = count_at(*loop, {"epoch_loop.scheduler_progress", "current", "completed"});
  }
  return out;
}

}  // namespace pipeline
