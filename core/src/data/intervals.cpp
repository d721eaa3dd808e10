#include "pipeline/data/intervals.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double rounding = 1e-9;  // (n + 1) 0.95 is 19.000000000000004 for some n

/// The share of the scores of one side that a level's distance is to reach.
double share_of(double level, const IntervalOptions& options) { return options.symmetric ? level / 100 : (100 + level) / 200; }

/// The place of the distance among n scores, from 1.
std::int64_t finite_place(std::int64_t count, double share) {
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(count + 1) * share - rounding));
}

std::int64_t group_count(const IntervalOptions& options, const IntervalTask& task) {
  const std::int64_t targets = std::ssize(task.targets);
  switch (options.by) {
    case IntervalGroup::step:
      return task.horizon * targets;
    case IntervalGroup::target:
      return targets;
    case IntervalGroup::series:
      return std::max<std::int64_t>(std::ssize(task.ids), 1) * targets;
  }
  return 0;
}

/// -1: a series that is not among the task's.
std::int64_t group_of(const IntervalOptions& options, const IntervalTask& task, const Intervals::Place& place) {
  const std::int64_t targets = std::ssize(task.targets);
  switch (options.by) {
    case IntervalGroup::step:
      return place.step * targets + place.target;
    case IntervalGroup::target:
      return place.target;
    case IntervalGroup::series:
      return place.series < 0 ? -1 : place.series * targets + place.target;
  }
  return -1;
}

/// "step 3 of OT", "OT", "series T12, OT", for messages.
std::string words_of_group(const IntervalOptions& options, const IntervalTask& task, std::size_t group) {
  const std::size_t targets = task.targets.size();
  const std::string& target = task.targets[group % targets];
  switch (options.by) {
    case IntervalGroup::step:
      return "step " + std::to_string(group / targets + 1) + " of " + target;
    case IntervalGroup::target:
      return target;
    case IntervalGroup::series:
      return task.ids.empty() ? target : target + " of series " + task.ids[group / targets];
  }
  return {};
}

Error too_few(double level, const IntervalOptions& options, std::int64_t count, const IntervalTask& task, std::size_t at) {
  const std::string unit = options.by == IntervalGroup::step ? "windows" : "errors";
  const std::string split = split_names[static_cast<std::size_t>(task.split)];
  const std::string other = options.by == IntervalGroup::step     ? ", pool the steps (by = \"target\")"
                            : options.by == IntervalGroup::series ? ", pool the series (by = \"target\")"
                                                                  : "";
  return data_error("intervals: level " + format_number(level) + " needs " + std::to_string(scores_needed(level, options)) + " " + unit +
                    ", and the " + split + " split has " + std::to_string(count) + " for " + words_of_group(options, task, at) + ": give " +
                    split + " more rows in `split`" + other + ", or ask for a lower level");
}

Value numbers(std::span<const double> values) {
  Value::List out;
  for (const double value : values) out.push_back(std::isfinite(value) ? Value(value) : Value());
  return out;
}

std::vector<double> numbers_of(const Value& list) {
  std::vector<double> out;
  for (const Value& value : list.as_list()) out.push_back(value.is_null() ? unknown : value.as_double());
  return out;
}

std::vector<std::string> texts_of(const Value& list) {
  std::vector<std::string> out;
  for (const Value& value : list.as_list()) out.push_back(value.as_string());
  return out;
}

}  // namespace

std::vector<double> with_interval_ends(std::vector<double> quantiles, std::span<const double> levels) {
  for (const double level : levels) {
    const IntervalQuantiles ends = quantiles_of_interval(level);
    for (const double end : {ends.lower, ends.upper}) {
      const bool known = std::ranges::any_of(quantiles, [end](double other) { return std::abs(other - end) < rounding; });
      if (!known) quantiles.push_back(end);
    }
  }
  std::ranges::sort(quantiles);
  return quantiles;
}

std::int64_t scores_needed(double level, const IntervalOptions& options) {
  if (options.quantile != ScoreQuantile::finite) return 1;
  const double share = share_of(level, options);
  return static_cast<std::int64_t>(std::ceil(share / (1 - share) - rounding));
}

double distance_of(std::span<double> scores, double share, ScoreQuantile quantile) {
  const std::int64_t count = std::ssize(scores);
  if (count == 0) return unknown;
  const auto at = [&](std::int64_t place) {  // from 0
    std::ranges::nth_element(scores, scores.begin() + place);
    return scores[static_cast<std::size_t>(place)];
  };
  if (quantile == ScoreQuantile::finite) {
    const std::int64_t place = finite_place(count, share);
    return place > count ? unknown : at(std::max<std::int64_t>(place, 1) - 1);
  }
  const double exact = share * static_cast<double>(count - 1);
  if (quantile == ScoreQuantile::higher) return at(static_cast<std::int64_t>(std::ceil(exact - rounding)));
  const auto before = static_cast<std::int64_t>(std::floor(exact));
  const double lower = at(before), upper = at(std::min(before + 1, count - 1));
  return lower + (upper - lower) * (exact - static_cast<double>(before));
}

Intervals::Intervals(IntervalOptions options, IntervalTask task, std::vector<double> lower, std::vector<double> upper)
    : options_(std::move(options)), task_(std::move(task)), lower_(std::move(lower)), upper_(std::move(upper)) {
  const std::size_t wanted = options_.levels.size() * groups();
  if (task_.targets.empty() || task_.horizon < 1 || lower_.size() != wanted || upper_.size() != wanted ||
      (!task_.scales.empty() && task_.scales.size() != task_.ids.size() * task_.targets.size()))
    throw data_error("the distances of intervals do not fit their levels and groups");
}

std::size_t Intervals::groups() const { return static_cast<std::size_t>(group_count(options_, task_)); }

Value Intervals::to_value() const {
  Value out{Value::Map{{"options", pipeline::to_value(options_)},
                       {"split", split_names[static_cast<std::size_t>(task_.split)]},
                       {"targets", Value::List(task_.targets.begin(), task_.targets.end())},
                       {"horizon", task_.horizon},
                       {"around", task_.has_quantiles ? "quantiles" : "forecast"},
                       {"lower", numbers(lower_)},
                       {"upper", numbers(upper_)}}};
  if (!task_.ids.empty()) out["ids"] = Value::List(task_.ids.begin(), task_.ids.end());
  if (!task_.scales.empty()) out["scales"] = numbers(task_.scales);
  return out;
}

Intervals Intervals::from_value(const Value& value) {
  try {
    IntervalTask task{.split = parse_split(value.at("split").as_string()),
                      .targets = texts_of(value.at("targets")),
                      .horizon = value.at("horizon").as_int(),
                      .has_quantiles = value.at("around").as_string() == "quantiles"};
    if (const Value* ids = value.find("ids")) task.ids = texts_of(*ids);
    if (const Value* scales = value.find("scales")) task.scales = numbers_of(*scales);
    return {bind_options<IntervalOptions>(value.at("options")), std::move(task), numbers_of(value.at("lower")),
            numbers_of(value.at("upper"))};
  } catch (const Error& error) {
    throw data_error(error.what());
  }
}

Intervals::Ends Intervals::ends(std::size_t level, const Place& place, double low, double high) const {
  const std::int64_t group = group_of(options_, task_, place);
  if (group < 0) return {unknown, unknown};
  const std::size_t at = level * groups() + static_cast<std::size_t>(group);
  const double scale = task_.scales.empty() ? 1 : place.scale > 0 ? place.scale : unknown;
  const Ends out{low - scale * lower_[at], high + scale * upper_[at]};
  if (!(out.lower > out.upper)) return out;
  const double middle = (out.lower + out.upper) / 2;  // quantiles that reach too far are drawn together until they meet
  return {middle, middle};
}

IntervalScores::IntervalScores(const IntervalOptions& options, IntervalTask task)
    : options_(options),
      task_(std::move(task)),
      groups_(static_cast<std::size_t>(group_count(options_, task_))),
      kept_levels_(task_.has_quantiles ? options_.levels.size() : 1),
      scores_((options_.symmetric ? 1 : 2) * kept_levels_ * groups_) {}

std::vector<double>& IntervalScores::scores(std::size_t side, std::size_t level, std::size_t group) {
  return scores_[(side * kept_levels_ + level) * groups_ + group];
}

void IntervalScores::add(const Intervals::Place& place, double truth, std::span<const double> low, std::span<const double> high) {
  const double scale = task_.scales.empty() ? 1 : place.scale;
  if (!(scale > 0) || !std::isfinite(truth)) return;
  const auto group = static_cast<std::size_t>(group_of(options_, task_, place));
  for (std::size_t level = 0; level < kept_levels_; ++level) {
    const double below = (low[level] - truth) / scale, above = (truth - high[level]) / scale;
    if (!std::isfinite(below) || !std::isfinite(above))  // left out, it would make the intervals too narrow
      throw data_error("intervals: a forecast of " + words_of_group(options_, task_, group) + " on the " +
                       split_names[static_cast<std::size_t>(task_.split)] +
                       " split is no number, so that its error is unknown: leave intervals out, or measure another model");
    if (options_.symmetric) {
      scores(0, level, group).push_back(std::max(below, above));
    } else {
      scores(0, level, group).push_back(below);
      scores(1, level, group).push_back(above);
    }
  }
}

Intervals IntervalScores::finish() {
  const std::size_t sides = options_.symmetric ? 1 : 2;
  std::vector<std::vector<double>> distances(2);
  for (std::size_t side = 0; side < sides; ++side) {
    for (std::size_t level = 0; level < options_.levels.size(); ++level) {
      for (std::size_t group = 0; group < groups_; ++group) {
        std::vector<double>& of_group = scores(side, task_.has_quantiles ? level : 0, group);
        const bool without_windows = options_.by == IntervalGroup::series && of_group.empty();  // such a series has no interval
        if (!without_windows && std::ssize(of_group) < scores_needed(options_.levels[level], options_))
          throw too_few(options_.levels[level], options_, std::ssize(of_group), task_, group);
        distances[side].push_back(distance_of(of_group, share_of(options_.levels[level], options_), options_.quantile));
      }
    }
  }
  std::vector<double> upper = options_.symmetric ? distances[0] : std::move(distances[1]);
  return {options_, std::move(task_), std::move(distances[0]), std::move(upper)};
}

void write_intervals(const std::filesystem::path& folder, const std::map<std::string, Intervals>& of_models) {
  Value models{Value::Map{}};
  for (const auto& [name, intervals] : of_models) models[name] = intervals.to_value();
  write_json(folder / intervals_file_name, Value::Map{{"models", std::move(models)}});
}

std::map<std::string, Intervals> read_intervals(const std::filesystem::path& file) {
  std::map<std::string, Intervals> out;
  try {
    const Value content = read_json(file);
    for (const auto& [name, value] : content.at("models").as_map()) out.emplace(name, Intervals::from_value(value));
  } catch (const Error& error) {
    throw data_error(file.string() + " is damaged: " + error.what() + "; run the stage that writes it again (--from " +
                     file.parent_path().filename().string() + " --force)");
  }
  return out;
}

}  // namespace pipeline
