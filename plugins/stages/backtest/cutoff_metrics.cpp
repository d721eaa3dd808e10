#include "cutoff_metrics.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <set>

#include "../evaluate/level_metrics.h"
#include "comparison.h"
#include "pipeline/data/intervals.h"
#include "pipeline/data/season.h"
#include "pipeline/train/series_scale.h"

namespace pipeline::stage::backtest {

namespace {

using Numbers = SplitErrors::Numbers;
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

bool needs_no_model(const std::string& name) { return name == last_value_name || name == last_season_name; }

std::optional<std::size_t> place_of(const std::vector<double>& levels, double level) {
  const auto found = std::ranges::find_if(levels, [level](double other) { return std::abs(other - level) < 1e-9; });
  return found == levels.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - levels.begin()));
}

/// The levels of quantiles that all models with quantiles have.
std::vector<double> common_levels(const std::vector<ModelForecasts>& models) {
  std::optional<std::vector<double>> out;
  for (const ModelForecasts& model : models) {
    if (model.levels.empty()) continue;
    if (!out) out = model.levels;
    std::erase_if(*out, [&](double level) { return !place_of(model.levels, level); });
  }
  return out.value_or(std::vector<double>());
}

/// Picks levels of all values: [values, wanted].
std::vector<double> quantiles_at(const std::vector<double>& wanted, const ModelForecasts& model, std::size_t first, std::size_t count) {
  std::vector<std::size_t> places;
  for (const double level : wanted) places.push_back(*place_of(model.levels, level));
  std::vector<double> out;
  for (std::size_t at = first; at < first + count; ++at) {
    for (const std::size_t place : places) out.push_back(model.quantiles[at * model.levels.size() + place]);
  }
  return out;
}

/// The intervals of a model, its own or those between its quantiles: levels in percent, and ends [values, levels, 2].
struct Ends {
  std::vector<double> levels, ends;
};
Ends interval_ends(const ModelForecasts& model, std::size_t first, std::size_t count) {
  Ends out;
  if (!model.interval_levels.empty()) {
    const std::size_t width = model.interval_levels.size() * 2;
    out.levels = model.interval_levels;
    out.ends.assign(model.intervals.begin() + static_cast<std::ptrdiff_t>(first * width),
                    model.intervals.begin() + static_cast<std::ptrdiff_t>((first + count) * width));
    return out;
  }
  std::vector<double> wanted;
  for (const double level : evaluate::usual_levels) {
    const IntervalQuantiles between = quantiles_of_interval(level);
    if (!place_of(model.levels, between.lower) || !place_of(model.levels, between.upper)) continue;
    out.levels.push_back(level);
    wanted.insert(wanted.end(), {between.lower, between.upper});
  }
  if (!wanted.empty()) out.ends = quantiles_at(wanted, model, first, count);
  return out;
}

/// The mean of the defined numbers and their sample deviation; NaN where there are too few.
struct Spread {
  double mean = undefined, deviation = undefined;
};
Spread spread_of(const std::vector<double>& all) {
  std::vector<double> numbers;
  std::ranges::copy_if(all, std::back_inserter(numbers), [](double number) { return std::isfinite(number); });
  if (numbers.empty()) return {};
  const auto n = static_cast<double>(numbers.size());
  Spread out{.mean = std::accumulate(numbers.begin(), numbers.end(), 0.0) / n};
  if (numbers.size() < 2) return out;
  double squares = 0;
  for (const double number : numbers) squares += (number - out.mean) * (number - out.mean);
  out.deviation = std::sqrt(squares / (n - 1));
  return out;
}

void add_spread(BacktestModel& model) {
  std::set<std::string> names;
  for (const Numbers& numbers : model.by_cutoff) {
    for (const auto& [name, number] : numbers) names.insert(name);
  }
  for (const std::string& name : names) {
    std::vector<double> values;
    for (const Numbers& numbers : model.by_cutoff) {
      const auto found = numbers.find(name);
      values.push_back(found == numbers.end() ? undefined : found->second);
    }
    const Spread spread = spread_of(values);
    model.mean[name] = spread.mean;
    model.spread[name] = spread.deviation;
  }
}

/// What orders the models: mase, or mae where no season ever changed.
double rank_of(const BacktestModel& model) {
  for (const char* metric : {"mase", "mae"}) {
    const auto found = model.mean.find(metric);
    if (found != model.mean.end() && std::isfinite(found->second)) return found->second;
  }
  return std::numeric_limits<double>::infinity();
}

double mean_of_defined(const std::vector<double>& numbers) { return spread_of(numbers).mean; }

}  // namespace

CutoffMetrics::CutoffMetrics(const ForecastTable& table, const CutoffGrid& grid, const Series& series, const StageContext& context)
    : table_(table),
      grid_(grid),
      series_(series),
      seed_(static_cast<std::uint64_t>(context.settings.seed)),
      seasons_(season_lengths(context.settings.season_length, series.info())),
      levels_(common_levels(table.models())) {
  std::set<double> intervals;
  for (const ModelForecasts& model : table.models()) intervals.insert(model.interval_levels.begin(), model.interval_levels.end());
  metrics_ = evaluate::metrics_of_levels(context.registry, std::vector<double>(intervals.begin(), intervals.end()));
  for (std::int64_t c = 0; c < grid.count(); ++c) scales_.push_back(scales_at(c));
}

std::vector<SeriesScale> CutoffMetrics::scales_at(std::int64_t cutoff) const {
  return scales_until([&](std::int64_t s) { return grid_.row(s, cutoff).value_or(-1) + 1; }, series_, seasons_);
}

Numbers CutoffMetrics::measured(const ModelForecasts& model, std::int64_t cutoff) const {
  const std::size_t count = table_.block(), first = static_cast<std::size_t>(cutoff) * count;
  std::vector<double> weight(count);
  for (std::size_t i = 0; i < count; ++i) weight[i] = std::isnan(table_.truth()[first + i]) || std::isnan(model.point[first + i]) ? 0 : 1;
  std::vector<std::int64_t> series(static_cast<std::size_t>(table_.series()));
  std::iota(series.begin(), series.end(), 0);
  MetricBatch batch{.windows = table_.series(),
                    .horizon = table_.horizon(),
                    .targets = table_.targets(),
                    .forecast = model.point.data() + first,
                    .truth = table_.truth().data() + first,
                    .weight = weight.data(),
                    .series = series.data(),
                    .scales = scales_[static_cast<std::size_t>(cutoff)]};
  std::vector<double> quantiles;
  if (!model.levels.empty() && !levels_.empty()) {
    quantiles = quantiles_at(levels_, model, first, count);
    batch.levels = levels_, batch.quantiles = quantiles.data();
  }
  const Ends ends = interval_ends(model, first, count);
  if (!ends.levels.empty()) batch.interval_levels = ends.levels, batch.intervals = ends.ends.data();
  MetricSet set(metrics_, {.series = table_.series(), .steps = 1, .targets = table_.targets()});
  set.add(batch);
  Numbers out;
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    if (const auto value = set.value(i)) out[metrics_[i]->info().name] = *value;
  }
  return out;
}

std::vector<double> CutoffMetrics::scaled_errors(const ModelForecasts& model) const {
  std::vector<double> out;
  for (std::int64_t c = 0; c < table_.cutoffs(); ++c) {
    for (std::int64_t s = 0; s < table_.series(); ++s) {
      double sum = 0, count = 0;
      for (std::int64_t h = 0; h < table_.horizon(); ++h) {
        for (std::int64_t t = 0; t < table_.targets(); ++t) {
          const std::size_t at = table_.at(c, s, h, t);
          const double scale = scales_[static_cast<std::size_t>(c)][static_cast<std::size_t>(s * table_.targets() + t)].absolute;
          const double error = std::abs(model.point[at] - table_.truth()[at]);
          if (scale == 0 || std::isnan(error)) continue;
          sum += error / scale, count += 1;
        }
      }
      out.push_back(count > 0 ? sum / count : undefined);
    }
  }
  return out;
}

std::int64_t CutoffMetrics::lags() const {
  const std::int64_t horizon = grid_.horizon(0), step = grid_.step(0);
  return (horizon + step - 1) / step - 1;
}

BacktestComparison CutoffMetrics::compared(const ModelForecasts& model, const ModelForecasts& reference) const {
  const std::vector<double> own = scaled_errors(model), other = scaled_errors(reference);
  BacktestComparison out{.model = model.name};
  if (table_.series() == 1) {
    std::vector<double> differences;
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (std::isfinite(own[i]) && std::isfinite(other[i])) differences.push_back(own[i] - other[i]);
    }
    out.skill = 1 - mean_of_defined(own) / mean_of_defined(other);
    if (differences.size() == own.size()) out.test = diebold_mariano(differences, lags());
    return out;
  }
  std::vector<double> errors, references;
  for (std::int64_t s = 0; s < table_.series(); ++s) {
    std::vector<double> of_series, of_reference;
    for (std::int64_t c = 0; c < table_.cutoffs(); ++c) {
      const auto at = static_cast<std::size_t>(c * table_.series() + s);
      if (!std::isfinite(own[at]) || !std::isfinite(other[at])) continue;
      of_series.push_back(own[at]), of_reference.push_back(other[at]);
    }
    if (of_series.empty()) continue;
    errors.push_back(mean_of_defined(of_series)), references.push_back(mean_of_defined(of_reference));
  }
  out.series = std::ssize(errors);
  if (const auto comparison = compare_series(errors, references, seed_)) {
    out.skill = comparison->skill.value;
    out.skill_of_series = comparison->skill, out.win_rate = comparison->win_rate;
  }
  return out;
}

void CutoffMetrics::fill(BacktestRecord& record) const {
  std::vector<BacktestModel> simple;
  for (const ModelForecasts& model : table_.models()) {
    BacktestModel out{.name = model.name};
    for (std::int64_t c = 0; c < table_.cutoffs(); ++c) out.by_cutoff.push_back(measured(model, c));
    add_spread(out);
    (needs_no_model(model.name) ? simple : record.models).push_back(std::move(out));
  }
  std::ranges::stable_sort(record.models, {}, rank_of);
  const BacktestModel& better = *std::ranges::min_element(simple, {}, rank_of);
  record.reference = better.name;
  std::ranges::copy(simple, std::back_inserter(record.models));
  for (const auto& metric : metrics_) {
    const MetricInfo& info = metric->info();
    if (std::ranges::none_of(record.models, [&](const BacktestModel& model) { return model.mean.contains(info.name); })) continue;
    record.measures.push_back({.name = info.name,
                               .label = info.label.empty() ? info.name : info.label,
                               .original = true,
                               .percent = info.percent,
                               .larger_is_better = info.larger_is_better});
  }
  const auto forecasts = [&](const std::string& name) -> const ModelForecasts& {
    return *std::ranges::find(table_.models(), name, &ModelForecasts::name);
  };
  for (const BacktestModel& model : record.models) {
    if (!needs_no_model(model.name)) record.comparisons.push_back(compared(forecasts(model.name), forecasts(record.reference)));
  }
}

}  // namespace pipeline::stage::backtest
