#include "config/uncertainty.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <ranges>

#include "base/metric_names.h"
#include "data/split.h"
#include "pipeline/data/format.h"
#include "pipeline/data/intervals.h"
#include "pipeline/data/prepare.h"
#include "pipeline/data/text.h"
#include "pipeline/data/windows.h"
#include "pipeline/errors.h"
#include "pipeline/train/metric.h"

namespace pipeline {

namespace {

constexpr const char* conformal_cure =
    "take a loss of one value, such as MSELoss, and get intervals around its forecasts with intervals = { method = \"conformal\" } in "
    "[stages.evaluate]";

bool is_among(const auto& names, std::string_view name) { return std::ranges::find(names, name) != std::ranges::end(names); }

std::string text_of(const Value& options, std::string_view name) {
  const Value* value = options.find(name);
  return value && value->is_string() ? value->as_string() : std::string();
}

std::vector<std::string> texts_of(const Value& options, std::string_view name) {
  std::vector<std::string> out;
  const Value* value = options.find(name);
  if (value && value->is_string()) out.push_back(value->as_string());
  for (const Value& item : value && value->is_list() ? value->as_list() : Value::List()) {
    if (item.is_string()) out.push_back(item.as_string());
  }
  return out;
}

std::vector<double> numbers_of(const Value& options, std::string_view name) {
  std::vector<double> out;
  const Value* value = options.find(name);
  if (value && value->is_number()) out.push_back(value->as_double());
  for (const Value& item : value && value->is_list() ? value->as_list() : Value::List()) {
    if (item.is_number()) out.push_back(item.as_double());
  }
  return out;
}

/// The stage of the graph that gives `stage` an artifact of a kind; nullptr: none.
const GraphStage* giver_of(const std::vector<GraphStage>& stages, const GraphStage& stage, std::string_view kind) {
  const auto source = std::ranges::find(stage.plan.sources, kind, &Source::kind);
  if (source == stage.plan.sources.end()) return nullptr;
  const auto found = std::ranges::find(stages, source->stage, [](const GraphStage& other) { return other.plan.name; });
  return found == stages.end() ? nullptr : &*found;
}

/// Where a stage's loss is named: in its own table, else in the shared one.
Place place_of_loss(const CheckContext& context, const GraphStage& stage) {
  for (const Node* table : {stage.node->find("loss"), context.document.root.find("loss")}) {
    if (!table) continue;
    const Node* type = table->find("type");
    return type ? type->place : table->place;
  }
  return stage.node->key;
}

/// The largest number of steps that windows forecast.
std::int64_t horizon_of(const GraphStage& slicing) {
  const Value* horizon = slicing.plan.options.find("horizon");
  if (!horizon) return 1;
  if (horizon->is_int()) return horizon->as_int();
  std::int64_t largest = 1;
  for (const auto& [word, steps] : horizon->is_map() ? horizon->as_map() : Value::Map()) {
    if (steps.is_int()) largest = std::max(largest, steps.as_int());
  }
  return largest;
}

bool holds(const std::vector<double>& levels, double level) {
  return std::ranges::any_of(levels, [level](double other) { return std::abs(other - level) < 1e-9; });
}

/// Whether a loss of quantiles takes their levels as an option.
bool names_quantiles(const ComponentInfo& loss) { return is_among(loss.outputs, "quantiles") && loss.schema.find("quantiles"); }

/// A loss of more than one value has conditions on how the target is transformed, scaled and normalised.
void check_loss(CheckContext& context, const GraphStage& stage, const std::vector<GraphStage>& stages) {
  if (!stage.info || !is_among(stage.info->tables, "loss")) return;
  const std::string type = stage.plan.tables.one("loss").type;
  const ComponentInfo* loss = context.registry.find("loss", type);
  const GraphStage* slicing = giver_of(stages, stage, windows_kind);
  const GraphStage* series = slicing ? giver_of(stages, *slicing, series_kind) : nullptr;
  if (!loss || loss->outputs.empty() || !series) return;
  const Place place = place_of_loss(context, stage);
  if (names_quantiles(*loss) && !holds(numbers_of(stage.plan.tables.one("loss").options, "quantiles"), 0.5))
    context.mistake(place, type + ": quantiles lack 0.5, the median, which is the forecast itself: add it");
  const bool of_counts = is_among(loss->inputs | std::views::transform(&Port::kind), "counts");
  const Value* transforms = series->plan.options.find("transform");
  for (const std::string& target : texts_of(series->plan.options, "target")) {
    const std::string transform = transforms && transforms->is_map() ? text_of(*transforms, target) : std::string();
    const bool is_difference = transform == word_of(Transform::diff) || transform == word_of(Transform::log_return);
    if (is_difference && horizon_of(*slicing) > 1)
      context.mistake(place, type + " forecasts quantiles of each step, and the target \"" + target + "\" has transform \"" + transform +
                                 "\": quantiles of its differences do not add up to those of its levels over " +
                                 std::to_string(horizon_of(*slicing)) + " steps; " + conformal_cure);
    if (of_counts && !transform.empty() && transform != word_of(Transform::none))
      context.mistake(place, type + " is of counts, and the target \"" + target + "\" has transform \"" + transform + "\": leave it out");
  }
  if (!of_counts) return;
  if (const std::string scaler = text_of(series->plan.options, "scaler"); scaler != "none")
    context.mistake(place, type + " is of counts, and stage " + in_quotes(series->plan.name) + " scales them (scaler = \"" + scaler +
                               "\"): write scaler = \"none\" there, and window_norm = \"mean_abs\" in stage " +
                               in_quotes(slicing->plan.name));
  const std::string norm = text_of(slicing->plan.options, "window_norm");
  if (norm == word_of(WindowNorm::last) || norm == word_of(WindowNorm::standard))
    context.mistake(place, type + " is of counts, and window_norm = \"" + norm + "\" of stage " + in_quotes(slicing->plan.name) +
                               " shifts them: write \"mean_abs\" or \"none\"");
}

/// "0.025 and 0.975" of the ends that are not among the quantiles; empty: all are.
std::string missing_ends(const std::vector<double>& quantiles, double level) {
  std::vector<std::string> missing;
  const IntervalQuantiles ends = quantiles_of_interval(level);
  for (const double end : {ends.lower, ends.upper}) {
    if (!holds(quantiles, end)) missing.push_back(format_number(end));
  }
  return join(missing, " and ");
}

/// The options of a stage's intervals; nullopt: it has none, or they have mistakes, which are reported already.
std::optional<IntervalOptions> intervals_of(const GraphStage& stage) {
  const Value* given = stage.plan.options.find("intervals");
  if (!stage.info || !given || !given->is_map() || !check_options(make_schema<IntervalOptions>(), *given).empty()) return std::nullopt;
  return bind_options<IntervalOptions>(*given);
}

/// The stages that give `stage` forecasts or models to measure.
std::vector<const GraphStage*> measured_by(const std::vector<GraphStage>& stages, const GraphStage& stage) {
  std::vector<const GraphStage*> out;
  for (const Source& source : stage.plan.sources) {
    const auto found = std::ranges::find(stages, source.stage, [](const GraphStage& other) { return other.plan.name; });
    if (found != stages.end() && (source.kind == "checkpoint" || source.kind == "forecasts")) out.push_back(&*found);
  }
  return out;
}

/// The windows of the split that gives intervals, at most; nullopt: nothing is known before the run.
std::optional<std::int64_t> interval_windows(const Value& split, const GraphStage& slicing, const GraphStage& series) {
  const Value* stride = slicing.plan.options.find("stride");
  try {
    const SplitRule rule = SplitRule::parse(split);
    std::optional<SplitEnd> ends;
    constexpr std::int64_t many = 1'000'000'000;  // the rows before the tails, which play no part
    if (rule.kind == SplitRule::Kind::tails && !rule.tails_are_shares && rule.tails_by_word.empty()) ends = rule.tail_ends(many);
    if (rule.kind == SplitRule::Kind::counts) ends = rule.ends(many, nullptr, "rows");
    if (rule.kind == SplitRule::Kind::fractions && !holds_many_series(series)) {
      const std::optional<std::int64_t> rows = source_rows(series);
      if (rows) ends = rule.ends(*rows, nullptr, "rows");
    }
    if (!ends) return std::nullopt;
    constexpr std::size_t train = 0, val = 1, calibration = 2;  // in the order of time
    const std::int64_t set_apart = ends->at(calibration) - ends->at(val),
                       rows = set_apart > 0 ? set_apart : ends->at(val) - ends->at(train),
                       step = stride && stride->is_int() ? stride->as_int() : 1;
    return rows < horizon_of(slicing) ? 0 : (rows - horizon_of(slicing)) / std::max<std::int64_t>(step, 1) + 1;
  } catch (const Error&) {
    return std::nullopt;  // reported already
  }
}

void check_interval_windows(CheckContext& context, const Value& split, const GraphStage& stage, const IntervalOptions& intervals,
                            const GraphStage& measured, const std::vector<GraphStage>& stages) {
  const GraphStage* slicing = giver_of(stages, measured, windows_kind);
  const GraphStage* series = slicing ? giver_of(stages, *slicing, series_kind) : nullptr;
  if (!series) return;
  const bool pools_series = holds_many_series(*series) && intervals.by != IntervalGroup::series;
  const auto windows = interval_windows(split, *slicing, *series);
  if (!windows || pools_series) return;
  const std::int64_t scores = intervals.by == IntervalGroup::step ? *windows : *windows * horizon_of(*slicing);
  for (const double level : intervals.levels) {
    const std::int64_t needed = scores_needed(level, intervals);
    if (scores >= needed) continue;
    const std::string name = split.is_map() && split.find("calibration") ? "calibration" : "val";
    const std::string unit = intervals.by == IntervalGroup::step ? " windows" : " errors";
    context.mistake(stage.node->find("intervals")->place,
                    stage.plan.name + ": intervals: level " + format_number(level) + " needs " + std::to_string(needed) + unit +
                        ", and the " + name + " split has at most " + std::to_string(scores) + ": give " + name + " more rows in `split`" +
                        (intervals.by == IntervalGroup::step ? ", pool the steps (by = \"target\")" : "") + ", or ask for a lower level");
    return;
  }
}

void check_intervals(CheckContext& context, const Value& split, const GraphStage& stage, const std::vector<GraphStage>& stages) {
  const std::optional<IntervalOptions> intervals = intervals_of(stage);
  if (!intervals || !stage.node->find("intervals")) return;
  for (const GraphStage* measured : measured_by(stages, stage)) {
    check_interval_windows(context, split, stage, *intervals, *measured, stages);
    if (!measured->info || !is_among(measured->info->tables, "loss")) continue;
    const ComponentSpec& loss = measured->plan.tables.one("loss");
    const ComponentInfo* info = context.registry.find("loss", loss.type);
    if (!info || !names_quantiles(*info)) continue;
    for (const double level : intervals->levels) {
      const std::string missing = missing_ends(numbers_of(loss.options, "quantiles"), level);
      if (missing.empty()) continue;
      context.mistake(stage.node->find("intervals")->place, stage.plan.name + ": intervals: level " + format_number(level) +
                                                                " lies around the quantiles of the forecast, and " + loss.type +
                                                                " of stage " + in_quotes(measured->plan.name) + " lacks " + missing +
                                                                ": add to its quantiles, or leave the level out");
    }
  }
}

/// Options of models that the stage's list leaves out.
void check_unlisted_forecasters(CheckContext& context, const GraphStage& stage) {
  std::vector<std::string> listed;
  const Node* table = nullptr;
  for (const OptionInfo& option : stage.info->schema.options) {
    if (option.role != OptionRole::forecasters) continue;
    const Node* written = stage.node->find(option.name);
    if (written && written->is_table()) {
      table = written;
    } else if (const std::vector<std::string> names = texts_of(stage.plan.options, option.name); !names.empty()) {
      listed = names;
    }
  }
  for (const auto& [name, options] : table ? table->table() : Node::Table()) {
    if (is_among(listed, name) || !context.registry.find("local_forecaster", name)) continue;  // unknown: reported already
    context.mistake(options.key, stage.plan.name + ": options are given for " + name + ", which models does not name" +
                                     did_you_mean(name, listed) + ": add it there, or leave the options out");
  }
}

/// A stage that measures, or combines, takes trained models and forecasts alike, and needs some.
void check_something_to_take(CheckContext& context, const GraphStage& stage) {
  const ComponentInfo& info = *stage.info;
  const bool takes_only_all = std::ranges::all_of(info.inputs, [](const Port& port) { return port.many && port.optional; });
  if (info.inputs.empty() || !takes_only_all) return;
  const std::string name = "stage " + in_quotes(stage.plan.name);
  const std::vector<Source>& sources = stage.plan.sources;
  if (is_among(info.outputs, "metrics")) {
    if (sources.empty())
      context.mistake(stage.plan.place, name +
                                            " has nothing to measure: add a stage that trains, such as [stages.train] with a [model], or "
                                            "one that forecasts, such as [stages.baselines]");
  } else if (is_among(info.outputs, "forecasts")) {
    const bool is_alone = sources.size() == 1 && sources.front().kind == "checkpoint";
    if (sources.empty() || is_alone)
      context.mistake(stage.plan.place, name + " combines forecasters, and " +
                                            (is_alone ? sources.front().stage + " is the only one" : "there is none") +
                                            ": add stages that train or forecast, such as [stages.baselines]");
  }
}

}  // namespace

void check_levels(CheckContext& context, const Node& levels, const std::string& what) {
  double before = 0;
  for (const Node& item : levels.items()) {
    const Value level = item.to_value();
    if (!level.is_number()) return;  // reported already
    if (level.as_double() <= before) {
      context.mistake(item.place, what + " must ascend: " + to_toml(level) + " comes after " + format_number(before));
      return;
    }
    before = level.as_double();
  }
}

void check_interval_table(CheckContext& context, const Node& table, const OptionsOwner& owner) {
  if (!table.is_table()) {
    context.mistake(table.place, owner.name + ": intervals is a table: write intervals = { method = \"conformal\", levels = [80, 95] }");
    return;
  }
  static_cast<void>(check_table(context, make_schema<IntervalOptions>(), &table,
                                {.name = owner.name + ".intervals", .kind = "intervals", .reserved = {}, .place = table.place}));
  const Node* levels = table.find("levels");
  if (!levels) return;
  check_levels(context, *levels, owner.name + ": levels of intervals");
  for (const Node& item : levels->items()) {
    const Value level = item.to_value();
    if (!level.is_number() || level.as_double() <= 0 || level.as_double() >= 1) continue;
    context.mistake(item.place, owner.name + ": levels of intervals are per cent: write " + format_number(100 * level.as_double()) +
                                    ", not " + to_toml(level));
    return;
  }
}

void check_ranking(CheckContext& context, const Node& rank_by, const OptionsOwner& owner) {
  std::vector<std::string> names{"auto", "val_loss"};
  try {
    for (const std::string& metric : context.registry.names(Kind<Metric>::name)) {
      const MetricInfo info = context.registry.make<Metric>(metric, Value(Value::Map{}))->info();
      if (!info.needs_intervals) names.push_back(metric_key(info, "val"));  // a wide interval covers more, and is no better for it
    }
  } catch (const Error&) {
    return;  // a metric's library cannot be used, which is reported elsewhere
  }
  const std::string name = rank_by.text();
  if (is_among(names, name) || is_among(names, "val_" + name)) return;
  context.mistake(rank_by.place, owner.name + ": rank_by is \"" + name + "\", which ranks no models" + did_you_mean(name, names) +
                                     " (it is one of " + join(names) + ")");
}

void check_uncertainty(CheckContext& context, const Value& split, const std::vector<GraphStage>& stages) {
  const bool all_known = std::ranges::all_of(stages, [](const GraphStage& stage) { return stage.info != nullptr; });
  for (const GraphStage& stage : stages) {
    if (!stage.info) continue;
    check_loss(context, stage, stages);
    check_intervals(context, split, stage, stages);
    check_unlisted_forecasters(context, stage);
    if (all_known) check_something_to_take(context, stage);
  }
}

}  // namespace pipeline
