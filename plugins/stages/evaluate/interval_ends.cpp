#include "interval_ends.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "split_result.h"

namespace pipeline::stage::evaluate {

namespace {

constexpr double same_level = 1e-9;

std::vector<double> lower_quantiles(std::span<const double> levels) {
  std::vector<double> out;
  for (const double level : levels) out.push_back(quantiles_of_interval(level).lower);
  return out;
}

std::vector<double> upper_quantiles(std::span<const double> levels) {
  std::vector<double> out;
  for (const double level : levels) out.push_back(quantiles_of_interval(level).upper);
  return out;
}

}  // namespace

std::optional<std::vector<std::int64_t>> places_of(std::span<const double> wanted, std::span<const double> levels) {
  std::vector<std::int64_t> out;
  for (const double level : wanted) {
    const auto found = std::ranges::find_if(levels, [level](double other) { return std::abs(other - level) < same_level; });
    if (found == levels.end()) return std::nullopt;
    out.push_back(found - levels.begin());
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

std::vector<double> missing_ends(std::span<const double> quantiles, std::span<const double> levels) {
  std::vector<double> out;
  for (const std::vector<double>& wanted : {lower_quantiles(levels), upper_quantiles(levels)}) {
    for (const double level : wanted) {
      if (!places_of(std::array{level}, quantiles)) out.push_back(level);
    }
  }
  return out;
}

IntervalEnds::IntervalEnds(const WindowForecasts& forecasts, const SplitRequest& request) : forecasts_(forecasts), request_(request) {
  const std::vector<double>& quantiles = forecasts.quantile_levels();
  if (request.intervals || request.scores) {
    levels_ = request.intervals ? request.intervals->options().levels : request.scores->options().levels;
    if (!(request.intervals ? request.intervals->task() : request.scores->task()).has_quantiles) return;
    lower_ = places_of(lower_quantiles(levels_), quantiles).value();
    upper_ = places_of(upper_quantiles(levels_), quantiles).value();
    return;
  }
  for (const double level : request.interval_levels) {
    const IntervalQuantiles ends = quantiles_of_interval(level);
    const auto places = places_of(std::array{ends.lower, ends.upper}, quantiles);
    if (!places) continue;
    levels_.push_back(level);
    lower_.push_back(places->front());
    upper_.push_back(places->back());
  }
}

void IntervalEnds::visit_values(const WindowBatch& windows, std::span<const std::int64_t> rows, const auto& visit) const {
  const Series& series = *forecasts_.windows().series();
  const torch::Tensor point = windows.levels->forecast.contiguous();
  const torch::Tensor quantiles = lower_.empty() ? torch::Tensor() : windows.quantiles.contiguous();
  const std::int64_t horizon = point.size(1), targets = point.size(2), width = quantiles.defined() ? quantiles.size(3) : 0;
  const auto* value = point.const_data_ptr<double>();
  const auto* of_value = quantiles.defined() ? quantiles.const_data_ptr<double>() : nullptr;
  std::vector<double> low(lower_.size()), high(upper_.size());
  std::int64_t at = 0;
  for (const std::int64_t row : rows) {
    const std::int64_t of = series.series_of(row);
    for (std::int64_t h = 0; h < horizon; ++h) {
      for (std::int64_t t = 0; t < targets; ++t, ++at) {
        for (std::size_t l = 0; l < low.size(); ++l) low[l] = of_value[at * width + lower_[l]], high[l] = of_value[at * width + upper_[l]];
        const double scale = request_.scales.empty() ? 0 : request_.scales[static_cast<std::size_t>(of * targets + t)].absolute;
        const std::span<const double> same(value + at, 1);
        visit(Intervals::Place{.series = of, .step = h, .target = t, .scale = scale}, at, low.empty() ? same : std::span<const double>(low),
              high.empty() ? same : std::span<const double>(high));
      }
    }
  }
}

torch::Tensor IntervalEnds::of(const WindowBatch& windows, std::span<const std::int64_t> rows) const {
  if (levels_.empty() || (request_.scores && !request_.intervals)) return {};
  const torch::Tensor& point = windows.levels->forecast;
  torch::Tensor out = torch::empty({point.size(0), point.size(1), point.size(2), std::ssize(levels_), 2}, torch::kDouble);
  auto* to = out.mutable_data_ptr<double>();
  visit_values(windows, rows, [&](const Intervals::Place& place, std::int64_t, std::span<const double> low, std::span<const double> high) {
    for (std::size_t l = 0; l < levels_.size(); ++l) {
      const std::size_t from = low.size() == 1 ? 0 : l;
      Intervals::Ends ends{low[from], high[from]};
      if (request_.intervals) ends = request_.intervals->ends(l, place, ends.lower, ends.upper);
      *to++ = ends.lower;
      *to++ = ends.upper;
    }
  });
  return out;
}

void IntervalEnds::add_scores(const WindowBatch& windows, std::span<const std::int64_t> rows, const torch::Tensor& weight,
                              IntervalScores& scores) const {
  const torch::Tensor truth = windows.levels->truth.contiguous();
  const torch::Tensor counts = weight.defined() ? weight.to(torch::kDouble).contiguous() : torch::Tensor();
  const auto* known = truth.const_data_ptr<double>();
  const auto* counted = counts.defined() ? counts.const_data_ptr<double>() : nullptr;
  visit_values(windows, rows,
               [&](const Intervals::Place& place, std::int64_t at, std::span<const double> low, std::span<const double> high) {
                 if (!counted || counted[at] != 0) scores.add(place, known[at], low, high);
               });
}

Split interval_split(const Windows& windows) { return windows.count(Split::calibration) > 0 ? Split::calibration : Split::val; }

IntervalTask interval_task(const WindowForecasts& forecasts, const IntervalOptions& options, const std::string& stage, bool was_trained,
                           std::span<const SeriesScale> scales) {
  const Windows& windows = forecasts.windows();
  const Series& series = *windows.series();
  IntervalTask out{.split = interval_split(windows), .targets = windows.target_names(), .horizon = windows.info().horizon};
  const std::vector<double>& quantiles = forecasts.quantile_levels();
  std::vector<std::string> missing;
  for (const double level : missing_ends(quantiles, options.levels)) missing.push_back(format_number(level));
  if (!quantiles.empty() && !missing.empty() && was_trained)
    throw usage_error("intervals lie around the quantiles of the forecast, and " + stage + " lacks those at " + join_names(missing) +
                      ": add them to its quantiles, or leave these levels out");
  out.has_quantiles = !quantiles.empty() && missing.empty();
  if (!series.info().panel) return out;
  for (std::int64_t s = 0; s < series.series_count(); ++s) out.ids.push_back(series.id(s));
  if (options.by != IntervalGroup::series) {
    for (const SeriesScale& scale : scales) out.scales.push_back(scale.absolute);
  }
  return out;
}

}  // namespace pipeline::stage::evaluate
