#include "early_stopping.h"

#include <cmath>
#include <limits>
#include <utility>

#include "pipeline/data/format.h"

namespace pipeline::callbacks::early_stopping {

EarlyStopping::EarlyStopping(Options options) : options_(std::move(options)), best_score_(worst()) {}

double EarlyStopping::worst() const {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return larger_is_better() ? -infinity : infinity;
}

void EarlyStopping::resolve(Trainer& trainer) {
  if (options_.mode != "auto") return;
  resolve_mode(options_.mode, options_.monitor, trainer);
  if (!std::isfinite(best_score_)) best_score_ = worst();  // else it is that of a checkpoint
}

void EarlyStopping::setup(Trainer& trainer) {
  const auto given = optional_flag(options_.check_on_train_epoch_end);
  on_train_epoch_end_ = given.value_or(trainer.validates_at_epoch_ends() || trainer.num_val_batches() == 0);
}

Action EarlyStopping::on_train_epoch_end(Trainer& trainer) { return on_train_epoch_end_ ? check(trainer) : Action::proceed(); }

Action EarlyStopping::on_validation_end(Trainer& trainer) { return on_train_epoch_end_ ? Action::proceed() : check(trainer); }

Action EarlyStopping::check(Trainer& trainer) {
  if (trainer.sanity_checking() || trainer.fast_dev_run()) return Action::proceed();
  const auto& metrics = trainer.callback_metrics();
  const auto found = metrics.find(options_.monitor);
  if (found == metrics.end()) {
    if (options_.strict) throw missing_metric("EarlyStopping", options_.monitor, metrics);
    if (options_.verbose) trainer.log().warning(missing_metric("EarlyStopping", options_.monitor, metrics).what());
    return Action::proceed();
  }
  auto stop = judge(found->second, trainer.log());
  if (!stop) return Action::proceed();
  stopped_epoch_ = trainer.current_epoch();
  reason_ = stop->reason;
  reason_message_ = stop->message;
  return Action::stop_training(std::move(stop->message));
}

std::optional<EarlyStopping::Stop> EarlyStopping::judge(double current, Log& log) {
  const std::string& name = options_.monitor;
  const std::string reached = name + " = " + format_short(current), order = larger_is_better() ? " > " : " < ";
  if (options_.check_finite && !std::isfinite(current)) {
    return Stop{Reason::non_finite_metric,
                "Monitored metric " + reached + " is not finite. Previous best value was " + format_short(best_score_) + "."};
  }
  if (options_.stopping_threshold.is_number() && better(current, options_.stopping_threshold.as_double())) {
    return Stop{Reason::stopping_threshold,
                "Stopping threshold reached: " + reached + order + format_number(options_.stopping_threshold.as_double()) + "."};
  }
  if (options_.divergence_threshold.is_number() && better(options_.divergence_threshold.as_double(), current)) {
    return Stop{Reason::divergence_threshold, "Divergence threshold reached: " + reached + (larger_is_better() ? " < " : " > ") +
                                                  format_number(options_.divergence_threshold.as_double()) + "."};
  }
  const double margin = larger_is_better() ? -options_.min_delta : options_.min_delta;
  if (better(current + margin, best_score_)) {
    improve(current, log);
    return std::nullopt;
  }
  if (++wait_count_ < options_.patience) return std::nullopt;
  return Stop{Reason::patience_exhausted, "Monitored metric " + name + " did not improve in the last " + std::to_string(wait_count_) +
                                              " records. Best score: " + format_short(best_score_) + "."};
}

void EarlyStopping::improve(double current, Log& log) {
  if (options_.verbose) {
    const std::string by = std::isfinite(best_score_) ? " by " + format_short(std::abs(best_score_ - current)) +
                                                            " >= min_delta = " + format_number(options_.min_delta)
                                                      : "";
    log.info("Metric " + options_.monitor + " improved" + by + ". New best score: " + format_short(current));
  }
  best_score_ = current;
  wait_count_ = 0;
}

std::string EarlyStopping::state_key() const {
  return "EarlyStopping{'monitor': '" + options_.monitor + "', 'mode': '" + options_.mode + "'}";
}

State EarlyStopping::state_dict() const {
  return State::Map{{"wait_count", wait_count_},
                    {"stopped_epoch", stopped_epoch_},
                    {"best_score", score_state(best_score_)},
                    {"patience", options_.patience},
                    {"stopping_reason", static_cast<std::int64_t>(reason_)},
                    {"stopping_reason_message", reason_message_.empty() ? State() : State(reason_message_)}};
}

void EarlyStopping::load_state_dict(const State& state) {
  wait_count_ = state.at("wait_count").as_int();
  stopped_epoch_ = state.at("stopped_epoch").as_int();
  best_score_ = score_of(state.at("best_score"));
  options_.patience = state.at("patience").as_int();
  if (const State* reason = state.find("stopping_reason")) reason_ = static_cast<Reason>(reason->as_int());
  const State* message = state.find("stopping_reason_message");
  reason_message_ = message && message->is_string() ? message->as_string() : "";
}

std::string EarlyStopping::monitor() const { return options_.strict ? options_.monitor : ""; }

}  // namespace pipeline::callbacks::early_stopping
