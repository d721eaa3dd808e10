#include "same_steps.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "pipeline/errors.h"

namespace pipeline::stage::final_training {

namespace {

/// The metric that a component decides by, where only validation measures it; empty: none.
std::string watched_metric(const ComponentSpec& spec, const ComponentInfo& info) {
  for (const OptionInfo& option : info.schema.options) {
    const Value* given = option.role == OptionRole::metric ? spec.options.find(option.name) : nullptr;
    if (given && given->is_string() && !given->as_string().empty() && !given->as_string().starts_with("train_")) return given->as_string();
  }
  return {};
}

bool limits_time(const ComponentInfo& info) {
  return std::ranges::find(info.schema.options, OptionRole::time_limit, &OptionInfo::role) != info.schema.options.end();
}

std::vector<ComponentSpec> callbacks_without_validation(const std::vector<ComponentSpec>& callbacks, const Registry& registry) {
  std::vector<ComponentSpec> kept;
  for (const ComponentSpec& callback : callbacks) {
    const ComponentInfo* info = registry.find("callback", callback.type);
    if (info && watched_metric(callback, *info).empty() && !limits_time(*info)) kept.push_back(callback);
  }
  return kept;
}

void require_schedule_without_validation(const ComponentSpec& scheduler, const Registry& registry) {
  const ComponentInfo* info = scheduler.type.empty() ? nullptr : registry.find("scheduler", scheduler.type);
  const std::string metric = info ? watched_metric(scheduler, *info) : std::string();
  if (metric.empty()) return;
  throw usage_error("[scheduler] " + scheduler.type + " follows " + metric +
                    ", which a training on all rows does not measure: train with a scheduler that follows no metric, such as "
                    "CosineAnnealingLR, or leave this stage out");
}

}  // namespace

bool was_searched(const TrainingRecord& training) {
  // A closed form has no learning rate, and a model without parameters no training loss.
  return std::ranges::any_of(
      training.history, [](const EpochRecord& epoch) { return std::isfinite(epoch.learning_rate) && std::isfinite(epoch.train_loss); });
}

std::optional<double> steps_of_epoch(const TrainingRecord& training) {
  const std::vector<EpochRecord>& epochs = training.history;
  std::int64_t most = 0;  // the last one may have been cut short
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    const std::int64_t before = i > 0 ? epochs[i - 1].step : epochs[i].epoch > 0 ? epochs[i].step : 0;  // it may go on from a checkpoint
    most = std::max(most, epochs[i].step - before);
  }
  return most > 0 ? std::optional(static_cast<double>(most)) : std::nullopt;
}

void take_all_rows(TrainingTables& tables, const Registry& registry, std::optional<std::int64_t> steps, int ranks) {
  require_schedule_without_validation(tables.one("scheduler"), registry);
  tables.many("callbacks") = callbacks_without_validation(tables.many("callbacks"), registry);
  Value& trainer = tables.options("trainer");
  if (steps) trainer["max_steps"] = *steps;
  trainer["max_time"] = "";
  trainer["num_sanity_val_steps"] = 0;
  trainer["check_val_every_n_epoch"] = 1;
  trainer["val_check_interval"] = 1.0;
  if (ranks == 1) return;
  const Value* batch = tables.options("loader").find("batch_size");
  tables.options("loader")["batch_size"] = ranks * (batch ? batch->as_int() : 32);
}

}  // namespace pipeline::stage::final_training
