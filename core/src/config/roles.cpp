#include <algorithm>
#include <optional>
#include <set>

#include "base/foreign_names.h"
#include "base/metric_names.h"
#include "config/check.h"
#include "config/uncertainty.h"
#include "pipeline/data/local_forecaster.h"
#include "pipeline/data/predictions.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/search/study.h"
#include "pipeline/train/metric.h"

namespace pipeline {

namespace {

void check_storage(CheckContext& context, const Node& storage, const OptionsOwner& owner) {
  try {
    static_cast<void>(shown_storage(storage.text()));
  } catch (const Error& error) {
    context.mistake(storage.place, owner.name + ": " + error.what());
  }
}

bool is_among(const auto& names, const std::string& name) { return std::ranges::find(names, name) != std::ranges::end(names); }

/// What a training measures: its losses, and the metrics of validation. nullopt if a metric's library cannot be used, which is reported
/// elsewhere.
std::optional<std::vector<std::string>> measured_names(const Registry& registry) {
  std::vector<std::string> names(loss_names.begin(), loss_names.end());
  try {
    for (const std::string& metric : registry.names(Kind<Metric>::name)) {
      const MetricInfo info = registry.make<Metric>(metric, Value(Value::Map{}))->info();
      if (is_validated(info)) names.push_back(metric_key(info, "val"));
    }
  } catch (const Error&) {
    return std::nullopt;
  }
  return names;
}

/// The losses need no library of a metric.
void check_monitor(CheckContext& context, const OptionInfo& option, const Node& monitor, const OptionsOwner& owner) {
  const std::string& name = monitor.text();
  if (name.empty() || is_among(loss_names, name) || is_among(counter_names, name)) return;
  const auto names = measured_names(context.registry);
  if (!names || is_among(*names, name)) return;
  context.mistake(monitor.place, owner.name + ": " + option.name + " is \"" + name + "\", which no training measures" +
                                     did_you_mean(name, *names) + " (it measures " + join(*names) + ")");
}

void check_targets(CheckContext& context, const Node& targets) {
  std::vector<std::string> names;
  std::vector<Place> places;
  for (const Node& target : targets.items()) {
    names.push_back(target.text());
    places.push_back(target.place);
  }
  for (const HeadingClash& clash : heading_clashes(names)) context.mistake(places[clash.target], clash.sentence);
}

void check_forecaster_name(CheckContext& context, const Place& place, const std::string& name, const OptionsOwner& owner) {
  const std::vector<std::string> names = context.registry.names(Kind<LocalForecaster>::name);
  if (is_among(names, name)) return;
  context.mistake(place, owner.name + ": unknown " + Kind<LocalForecaster>::name + " \"" + name + "\"" +
                             (names.empty() ? "; no plugin gives one" : suggest_component(Kind<LocalForecaster>::name, name, names)));
}

void check_forecasters(CheckContext& context, const OptionInfo& option, const Node& value, const OptionsOwner& owner) {
  if (!value.is_table()) {
    std::set<std::string> seen;
    for (const Node& name : value.items()) {
      if (!name.is_string()) continue;  // reported already
      check_forecaster_name(context, name.place, name.text(), owner);
      if (!seen.insert(name.text()).second)
        context.mistake(name.place, owner.name + ": " + option.name + " names " + name.text() + " twice: leave one out");
    }
    return;
  }
  for (const auto& [name, options] : value.table()) {
    const ComponentInfo* info = context.registry.find(Kind<LocalForecaster>::name, name);
    if (!info) {
      check_forecaster_name(context, options.key, name, owner);
      continue;
    }
    const OptionsOwner of_forecaster{
        .name = owner.name + "." + option.name + "." + name, .kind = Kind<LocalForecaster>::name, .reserved = {}, .place = options.place};
    static_cast<void>(check_table(context, info->schema, &options, of_forecaster));
  }
}

}  // namespace

void check_role(CheckContext& context, const OptionInfo& option, const Node& value, const OptionsOwner& owner) {
  if (option.role == OptionRole::target_column) check_targets(context, value);
  if (option.role == OptionRole::forecasters) check_forecasters(context, option, value, owner);
  if (option.name == "quantiles" && option.type == OptionType::numbers) check_levels(context, value, owner.name + ": quantiles");
  if (option.name == "intervals" && option.type == OptionType::any) check_interval_table(context, value, owner);
  if (!value.is_string()) return;  // reported already, or unset
  if (option.name == "rank_by") check_ranking(context, value, owner);
  if (option.role == OptionRole::study_storage) check_storage(context, value, owner);
  if (option.role == OptionRole::metric) check_monitor(context, option, value, owner);
}

}  // namespace pipeline
