#include "next_view.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "palette.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "report_data.h"

namespace pipeline::stage::visualize {

namespace {

/// Lines of all tables together, the fewest of each, and the most plots of the picture.
constexpr std::size_t most_lines = 96, least_lines = 6, most_plots = 6;
constexpr std::size_t listed_targets = 3;

std::string shown(double number) { return std::isfinite(number) ? format_short(number) : "–"; }

/// "8.1 to 11.4"
std::string ends_of(const Band& band, std::size_t step) { return shown(band.lower[step]) + " to " + shown(band.upper[step]); }

/// "9.87 at 2018-06-26 20:00 (80 %: 8.1 to 11.4)", with the narrowest interval.
std::string step_text(const NextTarget& target, std::size_t step) {
  const std::vector<Band>& bands = target.example.bands;
  return shown(target.example.horizon[step].prediction) + " at " + target.times[step] +
         (bands.empty() ? "" : " (" + format_number(bands.back().level) + " %: " + ends_of(bands.back(), step) + ")");
}

std::string steps(std::size_t count) {
  return count == 1 ? "next step" : "next " + format_count(static_cast<std::int64_t>(count)) + " steps";
}

Value table_of(const NextTarget& target, std::size_t index, std::size_t limit, bool has_name) {
  const std::vector<Band>& bands = target.example.bands;
  Value::List headings, rows;
  for (auto band = bands.rbegin(); band != bands.rend(); ++band) headings.emplace_back(format_number(band->level) + " % interval");
  const std::size_t lines = std::min(limit, target.times.size());
  for (std::size_t step = 0; step < lines; ++step) {
    Value::List ends;
    for (auto band = bands.rbegin(); band != bands.rend(); ++band) ends.emplace_back(ends_of(*band, step));
    rows.push_back(Value::Map{{"step", std::to_string(step + 1)},
                              {"time", target.times[step]},
                              {"value", shown(target.example.horizon[step].prediction)},
                              {"ends", std::move(ends)}});
  }
  const bool cut = lines < target.times.size();
  return Value::Map{{"index", std::to_string(index)},
                    {"name", has_name ? target.name : std::string()},
                    {"bands", std::move(headings)},
                    {"lines", std::move(rows)},
                    {"rest", cut ? "The first " + format_count(static_cast<std::int64_t>(lines)) + " of " +
                                       format_count(static_cast<std::int64_t>(target.times.size())) + " steps; " + next_file_name +
                                       " beside this file has all."
                                 : std::string()}};
}

Curve curve_of(const std::string& name, const std::vector<Point>& points, double Point::*value, const Stroke& stroke) {
  Curve curve{.name = name, .mark = Mark::line, .stroke = stroke, .x = {}, .y = {}};
  for (const Point& point : points) curve.x.push_back(point.time), curve.y.push_back(point.*value);
  return curve;
}

Plot plot_of(const Next& next, const NextTarget& target) {
  constexpr double thin = 1.1, normal = 1.8;
  Plot plot;
  plot.title = target.name + " after " + target.example.label;
  plot.x.label = next.has_time ? "" : "row";
  if (next.has_time) plot.x.scale = Scale::time;
  plot.x.least_step = 1;
  const Color color = model_color(0);
  plot.curves.push_back(curve_of("known", target.example.past, &Point::truth, {truth_color, normal}));
  plot.curves.push_back(curve_of("forecast", target.example.horizon, &Point::prediction, {color, normal}));
  for (const Band& band : target.example.bands) {
    for (const std::vector<double>* end : {&band.lower, &band.upper}) {
      const std::string name = end == &band.lower ? format_number(band.level) + " % interval" : "";
      Curve curve{.name = name, .mark = Mark::line, .stroke = {faded(color, 1 - 0.7 * band.level / 100), thin}, .x = {}, .y = *end};
      for (const Point& point : target.example.horizon) curve.x.push_back(point.time);
      plot.curves.push_back(std::move(curve));
    }
  }
  plot.markers.push_back({target.example.origin, {}, true});
  fit_x(plot), fit_y(plot);
  return plot;
}

}  // namespace

std::string lead_of(const Next& next) {
  const NextTarget& first = next.targets.front();
  const std::size_t last = first.times.size() - 1;
  if (next.targets.size() == 1) {
    const std::string end = last == 0 ? std::string() : ", and " + step_text(first, last);
    return first.name + " after " + first.example.label + ": " + step_text(first, 0) + end + ".";
  }
  if (next.by_series) {
    const auto series = static_cast<std::int64_t>(next.targets.size());
    const bool all = next.series <= series;
    return "The " + steps(last + 1) + " of " + (all ? "all " : "") + format_count(all ? next.series : series) + " series" +
           (all ? "" : " of " + format_count(next.series)) + ", each after its last row." +
           (all ? "" : " pipeline predict forecasts all of them.");
  }
  std::vector<std::string> names;
  for (const NextTarget& target : next.targets) names.push_back(target.name);
  const std::string of =
      names.size() <= listed_targets ? join_names(names) : format_count(static_cast<std::int64_t>(names.size())) + " targets";
  return "The " + steps(last + 1) + " of " + of + " after " + first.example.label + ".";
}

Figure next_figure(const Next& next) {
  Figure figure;
  figure.name = "next_forecast", figure.title = "What comes next";
  const std::size_t plots = std::min(next.targets.size(), most_plots);
  figure.columns = plots == 1 ? 1 : 2;
  for (std::size_t i = 0; i < plots; ++i) figure.plots.push_back(plot_of(next, next.targets[i]));
  return figure;
}

Value next_data(const Next& next) {
  if (next.targets.empty()) return {};
  Value::List targets;
  for (const NextTarget& target : next.targets)
    targets.push_back(Value::Map{{"name", target.name}, {"example", example_data(target.example)}});
  return Value::Map{{"has_time", next.has_time}, {"label", next.by_series ? "Series" : "Target"}, {"targets", std::move(targets)}};
}

void add_next_view(const Next& next, const std::string& workflow, Value& view) {
  view["has_next"] = true;
  view["next_reason"] = next.reason;
  view["next_workflow"] = workflow;
  view["next_available"] = !next.targets.empty();
  if (next.targets.empty()) return;
  view["next_lead"] = lead_of(next);
  view["next_by"] = next.made_by;
  view["has_next_bands"] = !next.targets.front().example.bands.empty();
  view["next_notes"] = Value::List(next.notes.begin(), next.notes.end());
  view["has_next_notes"] = !next.notes.empty();
  const bool several = next.targets.size() > 1;
  const std::size_t limit = std::max(least_lines, most_lines / (2 * next.targets.size()));
  Value::List tables;
  for (std::size_t i = 0; i < next.targets.size(); ++i) tables.push_back(table_of(next.targets[i], i, limit, several));
  view["next_tables"] = std::move(tables);
}

}  // namespace pipeline::stage::visualize
