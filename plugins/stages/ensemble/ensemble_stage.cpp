#include "ensemble_stage.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>

#include "../evaluate/training_scale.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/season.h"
#include "pipeline/errors.h"

namespace pipeline::stage::ensemble {

namespace {

/// The observed values of the validation, each with the same weight. Error (data) for a member without a forecast of one.
std::vector<Judged> judged_cells(std::span<const Member> members, const Windows& windows) {
  const Forecasts& forecasts = *members.front().forecasts;
  const Series& series = *windows.series();
  const SeriesInfo& info = series.info();
  const std::size_t targets = info.targets.size(), columns = static_cast<std::size_t>(series.columns()),
                    horizon = static_cast<std::size_t>(forecasts.horizon());
  std::vector<Judged> out;
  for (std::size_t i = 0; i < forecasts.origins().size(); ++i) {
    const ForecastOrigin& origin = forecasts.origins()[i];
    if (origin.split != static_cast<std::int64_t>(Split::val)) continue;
    const auto own = static_cast<std::size_t>(windows.horizon_of(origin.series));
    for (std::size_t step = 0; step < own; ++step) {
      for (std::size_t t = 0; t < targets; ++t) {
        const std::size_t cell = (i * horizon + step) * targets + t, row = static_cast<std::size_t>(origin.row) + 1 + step;
        for (const Member& member : members) {
          if (!std::isfinite(member.point(cell)))
            throw data_error(member.label + " has no forecast of every step: leave it out of `models`");
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

double median(std::vector<double>& values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 != 0) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

std::vector<double> EnsembleStage::choose_weights(std::span<const Member> members, const Windows& windows, StageContext& context,
                                                  Value& record) const {
  if (options_.method != Method::greedy) return std::vector<double>(members.size(), 1 / static_cast<double>(members.size()));
  if (windows.count(Split::val) == 0)
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
  Criterion criterion{.judged = judged_cells(members, windows), .levels = by_quantiles ? levels : std::vector<double>()};
  if (by_quantiles) {
    weigh_by_size(criterion.judged);
  } else {
    weigh_by_scale(criterion.judged, forecasts,
                   evaluate::scales_before(Split::val, series, season_lengths(context.settings.season_length, series.info())));
  }
  const std::string metric = by_quantiles ? "wql" : "mase";
  if (std::ranges::all_of(criterion.judged, [](const Judged& value) { return value.weight == 0; }))
    throw usage_error(metric +
                      " is not defined on validation: no value is observed, or none changes from season to season before it; write "
                      "a smaller season_length, or method = \"median\"");
  const Selection chosen = select_greedily(members, criterion, static_cast<int>(options_.rounds), [&] {
    if (context.cancelled()) throw Error(ExitStatus::interrupted, "interrupted while choosing members");
  });
  const auto best = std::ranges::min_element(chosen.member_losses);
  record["metric"] = metric;
  record["val_" + metric] = chosen.loss;
  record["members"] = named(members, chosen.member_losses);
  context.log.info("val " + metric + " " + format_short(chosen.loss) + "; its best member " +
                   members[static_cast<std::size_t>(best - chosen.member_losses.begin())].label + " " + format_short(*best));
  context.summary["val_" + metric] = chosen.loss;
  return chosen.weights;
}

void EnsembleStage::combine(std::span<const Member> members, std::span<const double> weights, std::span<const double> levels,
                            std::span<double> out) const {
  const std::size_t width = 1 + levels.size(), cells = out.size() / width;
  std::vector<std::vector<std::size_t>> places;
  for (const Member& member : members) places.push_back(places_of(levels, member));
  std::vector<double> values(members.size());
  const auto joined = [&] {
    if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) return std::nan("");
    if (options_.method == Method::median) return median(values);
    return std::transform_reduce(values.begin(), values.end(), weights.begin(), 0.0);
  };
  for (std::size_t cell = 0; cell < cells; ++cell) {
    for (std::size_t i = 0; i < members.size(); ++i) values[i] = members[i].point(cell);
    out[cell * width] = joined();
    for (std::size_t level = 0; level < levels.size(); ++level) {
      for (std::size_t i = 0; i < members.size(); ++i) values[i] = members[i].quantile(cell, places[i][level]);
      out[cell * width + 1 + level] = joined();
    }
  }
}

void EnsembleStage::run(StageContext& context) {
  std::vector<Member> members = read_members(context, options_.models);
  if (members.size() < 2) throw usage_error("an ensemble needs two forecasters or more, and " + members.front().label + " is alone");
  const std::shared_ptr<const Forecasts> kept = members.front().forecasts;  // its member may have no weight, and go
  const Forecasts& first = *kept;
  const auto windows = Windows::open(first.windows());
  Value record{Value::Map{{"method", word_of(options_.method)}}};
  std::vector<double> weights = choose_weights(members, *windows, context, record);
  record["weights"] = named(members, weights);
  if (options_.method == Method::greedy)
    context.log.info("weights: " + weights_text(members, weights) + ". They are of validation: only test tells what they are worth");
  for (std::size_t i = members.size(); i-- > 0;) {  // what has no weight needs no level in common
    if (weights[i] > 0) continue;
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(i));
    weights.erase(weights.begin() + static_cast<std::ptrdiff_t>(i));
  }
  // The folder written here is later renamed to its place beside the other stages' folders; the link must hold there.
  const std::filesystem::path link = ".." / std::filesystem::relative(first.windows(), context.folder.parent_path());
  const std::vector<double> levels = common_levels(members);
  ForecastsWriter writer(context.folder, link.generic_string(), first.targets(), first.horizon(), std::ssize(first.origins()));
  std::ranges::copy(first.origins(), writer.origins().begin());
  combine(members, weights, levels, writer.add(std::string(word_of(options_.method)), levels));
  writer.finish();
  write_json(context.folder / "ensemble.json", record);
  context.summary["members"] = std::ssize(members);
}

}  // namespace pipeline::stage::ensemble
