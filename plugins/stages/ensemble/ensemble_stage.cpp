#include "ensemble_stage.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>

#include "ensemble_record.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/season.h"
#include "pipeline/errors.h"
#include "pipeline/train/series_scale.h"

namespace pipeline::stage::ensemble {

namespace {

/// The windows that greedy weights are chosen on: those that neither early stopping nor the ranking of models sees, where there are some.
Split choosing_split(const Windows& windows) { return windows.count(Split::calibration) > 0 ? Split::calibration : Split::val; }

std::string name_of(Split split) { return split_names[static_cast<std::size_t>(split)]; }

/// Whether a member's forecast of a cell and its quantiles at these places are numbers.
bool is_known(const Member& member, std::size_t cell, std::span<const std::size_t> places) {
  return std::isfinite(member.point(cell)) &&
         std::ranges::all_of(places, [&](std::size_t place) { return std::isfinite(member.quantile(cell, place)); });
}

/// The observed values of a split, each with the same weight. Error (data) for a member without a forecast of one, or without its quantiles
/// at these levels.
std::vector<Judged> judged_cells(std::span<const Member> members, std::span<const double> levels, const Windows& windows, Split split) {
  std::vector<std::vector<std::size_t>> places;
  for (const Member& member : members) places.push_back(places_of(levels, member));
  const Forecasts& forecasts = *members.front().forecasts;
  const Series& series = *windows.series();
  const SeriesInfo& info = series.info();
  const std::size_t targets = info.targets.size(), columns = static_cast<std::size_t>(series.columns()),
                    horizon = static_cast<std::size_t>(forecasts.horizon());
  std::vector<Judged> out;
  for (std::size_t i = 0; i < forecasts.origins().size(); ++i) {
    const ForecastOrigin& origin = forecasts.origins()[i];
    if (origin.split != static_cast<std::int64_t>(split)) continue;
    const auto own = static_cast<std::size_t>(windows.horizon_of(origin.series));
    for (std::size_t step = 0; step < own; ++step) {
      for (std::size_t t = 0; t < targets; ++t) {
        const std::size_t cell = (i * horizon + step) * targets + t, row = static_cast<std::size_t>(origin.row) + 1 + step;
        for (std::size_t m = 0; m < members.size(); ++m) {
          if (!is_known(members[m], cell, places[m]))
            throw data_error(members[m].label + " has no forecast of every step: leave it out of `models`");
        }
        if (series.observed()[row * columns + static_cast<std::size_t>(info.target_columns[t])] == 0) continue;
        out.push_back({.cell = cell, .truth = series.targets()[row * targets + t], .weight = 1});
      }
    }
  }
  return out;
}

/// Weights with which the sum of absolute errors is mase: the mean over series, and their targets, of the mean error by the series' scale.
void weigh_by_scale(std::vector<Judged>& judged, const Forecasts& forecasts, const std::vector<SeriesScale>& scales) {
  const std::size_t targets = forecasts.targets().size(), of_origin = static_cast<std::size_t>(forecasts.horizon()) * targets;
  const auto place = [&](const Judged& value) {
    return static_cast<std::size_t>(forecasts.origins()[value.cell / of_origin].series) * targets + value.cell % targets;
  };
  std::vector<double> counts(scales.size());
  for (const Judged& value : judged) counts[place(value)] += 1;
  double measured = 0;
  for (std::size_t i = 0; i < scales.size(); ++i) measured += counts[i] > 0 && scales[i].absolute > 0 ? 1 : 0;
  for (Judged& value : judged) {
    const std::size_t i = place(value);
    value.weight = scales[i].absolute > 0 ? 1 / (counts[i] * scales[i].absolute * measured) : 0;
  }
}

/// Weights with which the pinball losses are wql: their sum by that of the absolute values.
void weigh_by_size(std::vector<Judged>& judged) {
  double sum = 0;
  for (const Judged& value : judged) sum += std::abs(value.truth);
  for (Judged& value : judged) value.weight = sum > 0 ? 1 / sum : 0;
}

Value named(std::span<const Member> members, std::span<const double> values) {
  Value out{Value::Map{}};
  for (std::size_t i = 0; i < members.size(); ++i) out[members[i].label] = values[i];
  return out;
}

/// "0.62 baselines/Theta, 0.38 lightgbm/LightGBM", the largest first.
std::string weights_text(std::span<const Member> members, std::span<const double> weights) {
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return weights[i]; });
  std::string text;
  for (const std::size_t i : order) {
    if (weights[i] > 0) text += (text.empty() ? "" : ", ") + format_short(weights[i]) + " " + members[i].label;
  }
  return text;
}

/// What the weights are worth where they were chosen.
std::string worth_text(Split split) {
  if (split == Split::calibration) return "They are of the calibration windows: ranking on validation has not seen them";
  return "They are of validation, by which evaluate ranks models: only test tells what they are worth (rows for calibration in `split` "
         "would "
         "choose them)";
}

}  // namespace

std::vector<double> EnsembleStage::choose_weights(std::span<const Member> members, const Windows& windows, StageContext& context,
                                                  Value& record) const {
  if (options_.method != Method::greedy) return std::vector<double>(members.size(), 1 / static_cast<double>(members.size()));
  const Split split = choosing_split(windows);
  const std::string on = name_of(split);
  if (windows.count(split) == 0)
    throw usage_error(
        "method = \"greedy\" chooses weights on validation, which has no window: give it rows in `split`, or write method = "
        "\"median\"");
  const Forecasts& forecasts = *members.front().forecasts;
  const Series& series = *windows.series();
  const std::vector<double> levels = common_levels(members);
  if (options_.metric == Measure::wql && levels.empty())
    throw usage_error(
        "metric = \"wql\" measures quantiles, and the members have no level in common: write metric = \"mase\", or choose "
        "members with quantiles in `models`");
  const bool by_quantiles = options_.metric != Measure::mase && !levels.empty();
  const std::vector<double> judged_levels = by_quantiles ? levels : std::vector<double>();
  Criterion criterion{.judged = judged_cells(members, judged_levels, windows, split), .levels = judged_levels};
  if (by_quantiles) {
    weigh_by_size(criterion.judged);
  } else {
    weigh_by_scale(criterion.judged, forecasts,
                   scales_before(split, series, season_lengths(context.settings.season_length, series.info())));
  }
  const std::string metric = by_quantiles ? "wql" : "mase";
  if (std::ranges::all_of(criterion.judged, [](const Judged& value) { return value.weight == 0; }))
    throw usage_error(metric + " is not defined on " + (split == Split::val ? "validation" : on) +
                      ": no value is observed, or none changes from season to season before it; write "
                      "a smaller season_length, or method = \"median\"");
  const Selection chosen = select_greedily(members, criterion, static_cast<int>(options_.rounds), [&] {
    if (context.cancelled()) throw Error(ExitStatus::interrupted, "interrupted while choosing members");
  });
  const auto best = std::ranges::min_element(chosen.member_losses);
  record["chosen_on"] = on;
  record["metric"] = metric;
  record[on + "_" + metric] = chosen.loss;
  record["members"] = named(members, chosen.member_losses);
  context.log.info(on + " " + metric + " " + format_short(chosen.loss) + "; its best member " +
                   members[static_cast<std::size_t>(best - chosen.member_losses.begin())].label + " " + format_short(*best));
  context.summary[on + "_" + metric] = chosen.loss;
  return chosen.weights;
}

void EnsembleStage::combine(std::span<const Member> members, std::span<const double> weights, std::span<const double> levels,
                            std::span<double> out) const {
  const std::size_t width = 1 + levels.size(), cells = out.size() / width;
  std::vector<std::vector<std::size_t>> places;
  for (const Member& member : members) places.push_back(places_of(levels, member));
  std::vector<double> values(members.size());
  for (std::size_t cell = 0; cell < cells; ++cell) {
    for (std::size_t i = 0; i < members.size(); ++i) values[i] = members[i].point(cell);
    out[cell * width] = joined(options_.method, weights, values);
    for (std::size_t level = 0; level < levels.size(); ++level) {
      for (std::size_t i = 0; i < members.size(); ++i) values[i] = members[i].quantile(cell, places[i][level]);
      out[cell * width + 1 + level] = joined(options_.method, weights, values);
    }
  }
}

void EnsembleStage::run(StageContext& context) {
  std::vector<Member> members = read_members(context, options_.models, options_.quantiles);
  std::ranges::sort(members, {}, &Member::label);  // predict adds them in this order too, to the last digit
  const std::filesystem::path sliced = members.front().forecasts->windows();
  const auto windows = Windows::open(sliced);
  Value record{Value::Map{{"method", word_of(options_.method)}}};
  std::vector<double> weights = choose_weights(members, *windows, context, record);
  record["weights"] = named(members, weights);
  if (options_.method == Method::greedy)
    context.log.info("weights: " + weights_text(members, weights) + ". " + worth_text(choosing_split(*windows)));
  for (std::size_t i = members.size(); i-- > 0;) {  // what has no weight needs no level in common
    if (weights[i] > 0) continue;
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(i));
    weights.erase(weights.begin() + static_cast<std::ptrdiff_t>(i));
  }
  const std::vector<double> levels = common_levels(members);
  record["levels"] = Value::List(levels.begin(), levels.end());
  Value checkpoints{Value::Map{}};
  for (const Member& member : members) {
    if (!member.checkpoint.empty()) checkpoints[member.label] = member.checkpoint.string();
  }
  record["checkpoints"] = std::move(checkpoints);
  ForecastsWriter writer(context.folder, *windows, sliced);
  combine(members, weights, levels, writer.add(std::string(word_of(options_.method)), levels));
  std::int64_t replaced = 0;
  for (const Member& member : members) replaced = std::max(replaced, member.replaced());
  writer.set_replaced(replaced);
  writer.finish();
  write_json(context.folder / record_file_name, record);
  context.summary["members"] = std::ssize(members);
}

}  // namespace pipeline::stage::ensemble
