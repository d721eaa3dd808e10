#include "train/fit_state.h"

#include <array>
#include <utility>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

/// Every counter under its name.
constexpr std::array<std::pair<const char*, std::int64_t FitProgress::*>, 11> counters{
    {{"epochs_started", &FitProgress::epochs_started},
     {"epochs_processed", &FitProgress::epochs_processed},
     {"epochs_completed", &FitProgress::epochs_completed},
     {"steps", &FitProgress::steps},
     {"batches_that_stepped", &FitProgress::batches_that_stepped},
     {"batches", &FitProgress::batches},
     {"batches_in_epoch", &FitProgress::batches_in_epoch},
     {"steps_in_epoch", &FitProgress::steps_in_epoch},
     {"val_batches_run", &FitProgress::val_batches_run},
     {"scheduler_steps", &FitProgress::scheduler_steps},
     {"scheduler_steps_in_epoch", &FitProgress::scheduler_steps_in_epoch}}};
static_assert(sizeof(FitProgress) == counters.size() * sizeof(std::int64_t), "every counter of FitProgress must be named here");

State numbers_state(const std::map<std::string, double>& numbers) {
  State::Map out;
  for (const auto& [name, value] : numbers) out.emplace_back(name, value);
  return out;
}

std::map<std::string, double> numbers_of(const State& state) {
  std::map<std::string, double> out;
  for (const auto& [name, value] : state.as_map()) out[name] = value.as_double();
  return out;
}

State record_state(const EpochRecord& record) {
  return State::Map{{"epoch", record.epoch},           {"step", record.step},
                    {"train_loss", record.train_loss}, {"learning_rate", record.learning_rate},
                    {"seconds", record.seconds},       {"val", numbers_state(record.val)}};
}

EpochRecord record_of(const State& state) {
  return {.epoch = state.at("epoch").as_int(),
          .step = state.at("step").as_int(),
          .train_loss = state.at("train_loss").as_double(),
          .learning_rate = state.at("learning_rate").as_double(),
          .seconds = state.at("seconds").as_double(),
          .val = numbers_of(state.at("val"))};
}

State epoch_state(const FitState::Epoch& epoch) {
  State::Map out{{"seed", epoch.seed},
                 {"next", epoch.next},
                 {"loss_sum", epoch.losses.sum},
                 {"loss_last", epoch.losses.last},
                 {"windows", epoch.losses.windows},
                 {"validated", epoch.validated},
                 {"seconds", epoch.seconds}};
  return out;
}

FitState::Epoch epoch_of(const State& state) {
  return {.seed = state.at("seed").as_int(),
          .next = state.at("next").as_int(),
          .losses = {.sum = state.at("loss_sum").as_double(),
                     .last = state.at("loss_last").as_double(),
                     .windows = state.at("windows").as_int()},
          .validated = state.at("validated").as_bool(),
          .seconds = state.at("seconds").as_double()};
}

}  // namespace

State FitState::to_state() const {
  State::Map counts;
  for (const auto& [name, member] : counters) counts.emplace_back(name, progress.*member);
  State::List records;
  for (const EpochRecord& record : history) records.push_back(record_state(record));
  return State::Map{{"progress", std::move(counts)},
                    {"metrics", numbers_state(metrics)},
                    {"stop_requested", stop_requested},
                    {"pruned", pruned},
                    {"stop_reason", stop_reason},
                    {"stopped_by", stopped_by},
                    {"history", std::move(records)},
                    {"learning_rate", learning_rate},
                    {"batches_before", batches_before},
                    {"best_checkpoint", best_checkpoint},
                    {"best_metrics", numbers_state(best_metrics)},
                    {"epoch", epoch ? epoch_state(*epoch) : State()},
                    {"generators", generators}};
}

FitState FitState::from_state(const State& state) {
  FitState out;
  for (const auto& [name, member] : counters) out.progress.*member = state.at("progress").at(name).as_int();
  out.metrics = numbers_of(state.at("metrics"));
  out.stop_requested = state.at("stop_requested").as_bool();
  out.pruned = state.at("pruned").as_bool();
  out.stop_reason = state.at("stop_reason").as_string();
  out.stopped_by = state.at("stopped_by").as_string();
  out.batches_before = state.at("batches_before").as_int();
  out.best_checkpoint = state.at("best_checkpoint").as_string();
  out.best_metrics = numbers_of(state.at("best_metrics"));
  for (const State& record : state.at("history").as_list()) out.history.push_back(record_of(record));
  out.learning_rate = state.at("learning_rate").as_double();
  if (const State& epoch = state.at("epoch"); !epoch.is_null()) out.epoch = epoch_of(epoch);
  out.generators = state.at("generators");
  return out;
}

}  // namespace pipeline
