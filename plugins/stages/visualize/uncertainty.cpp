#include "uncertainty.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "palette.h"
#include "pipeline/data/format.h"
#include "verdict.h"

namespace pipeline::stage::visualize {

namespace {

/// The number that a metric's name ends in after `prefix`: 80 of "coverage_80".
std::optional<double> level_in(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  const std::string_view text = name.substr(prefix.size());
  double level = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), level);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(level) : std::nullopt;
}

Calibration calibration_of(const SplitErrors& errors) {
  std::vector<std::pair<double, double>> shares;
  for (const auto& [name, number] : errors.original_all) {
    if (const auto level = level_in(name, "calibration_")) shares.emplace_back(*level, number);
  }
  std::ranges::sort(shares);
  Calibration out;
  for (const auto& [level, share] : shares) out.levels.push_back(level), out.shares.push_back(share);
  return out;
}

/// The lowest level of intervals with a measured coverage; 0: there is none.
double lowest_level(const std::vector<Evaluation>& evaluations, const std::string& split) {
  double lowest = 0;
  for (const Evaluation& evaluation : evaluations) {
    const SplitErrors* errors = errors_of(evaluation, split);
    for (const auto& [name, number] : errors ? errors->original_all : SplitErrors::Numbers()) {
      const auto level = level_in(name, "coverage_");
      if (level && std::isfinite(number) && (lowest == 0 || *level < lowest)) lowest = *level;
    }
  }
  return lowest;
}

IntervalSteps steps_of(const SplitErrors& errors, double level) {
  IntervalSteps out;
  for (std::size_t h = 0; h < errors.scaled_by_step.size(); ++h) {
    const auto coverage = find_number(errors.scaled_by_step[h], "coverage_" + format_number(level));
    const auto width = find_number(errors.scaled_by_step[h], "width_" + format_number(level));
    if (!coverage || !width) continue;
    out.steps.push_back(static_cast<double>(h + 1)), out.coverage.push_back(*coverage), out.width.push_back(*width);
  }
  return out;
}

Curve curve_of(const std::string& name, std::size_t model, const std::vector<double>& x, const std::vector<double>& y) {
  return {.name = name, .mark = Mark::line, .stroke = {model_color(model), 1.8}, .x = x, .y = y};
}

Curve reference(const std::string& name, std::vector<double> x, std::vector<double> y) {
  return {.name = name, .mark = Mark::line, .stroke = {faded(quiet_ink, 0.7), 1.2, true}, .x = std::move(x), .y = std::move(y)};
}

Plot plot_of(std::string title, std::string x, std::string y) {
  Plot plot;
  plot.title = std::move(title), plot.x.label = std::move(x), plot.y.label = std::move(y);
  return plot;
}

}  // namespace

Uncertainty uncertainty_of(const std::vector<Evaluation>& evaluations) {
  const std::string split = headline_split(evaluations);
  Uncertainty out{.calibrations = {}, .level = lowest_level(evaluations, split), .intervals = {}};
  for (std::size_t m = 0; m < evaluations.size(); ++m) {
    const SplitErrors* errors = errors_of(evaluations[m], split);
    if (!errors) continue;
    const std::string label = evaluations.size() > 1 ? evaluations[m].stage : label_of(evaluations[m], false);
    Calibration calibration = calibration_of(*errors);
    calibration.label = label, calibration.model = m;
    if (!calibration.levels.empty()) out.calibrations.push_back(std::move(calibration));
    IntervalSteps steps = steps_of(*errors, out.level);
    steps.label = label, steps.model = m;
    if (!steps.steps.empty()) out.intervals.push_back(std::move(steps));
    out.made_here = out.made_here || evaluations[m].intervals_from == split;
  }
  return out;
}

Figure uncertainty_figure(const Uncertainty& uncertainty) {
  Figure figure;
  figure.name = "uncertainty", figure.title = "Uncertainty", figure.columns = 2;
  if (!uncertainty.calibrations.empty()) {
    Plot plot = plot_of("reliability", "level of the quantile", "share of truths below it");
    plot.curves.push_back(reference("calibrated", {0, 1}, {0, 1}));
    for (const Calibration& of : uncertainty.calibrations) plot.curves.push_back(curve_of(of.label, of.model, of.levels, of.shares));
    fit_x(plot), fit_y(plot);
    figure.plots.push_back(std::move(plot));
  }
  if (uncertainty.intervals.empty()) return figure;
  const std::string percent = format_number(uncertainty.level) + " %", name = uncertainty.calibrations.empty() ? "asked for" : "";
  Plot coverage = plot_of("coverage of the " + percent + " interval", "steps ahead", "share of truths within");
  const std::vector<double>& steps = uncertainty.intervals.front().steps;
  coverage.curves.push_back(reference(name, {steps.front(), steps.back()}, {uncertainty.level / 100, uncertainty.level / 100}));
  Plot width = plot_of("width of the " + percent + " interval", "steps ahead", "mean width");
  for (const IntervalSteps& of : uncertainty.intervals) {
    const bool named = std::ranges::find(uncertainty.calibrations, of.model, &Calibration::model) != uncertainty.calibrations.end();
    coverage.curves.push_back(curve_of(named ? "" : of.label, of.model, of.steps, of.coverage));
    width.curves.push_back(curve_of("", of.model, of.steps, of.width));
  }
  for (Plot* plot : {&coverage, &width}) {
    plot->x.least_step = 1;
    fit_x(*plot), fit_y(*plot);
    figure.plots.push_back(std::move(*plot));
  }
  return figure;
}

}  // namespace pipeline::stage::visualize
