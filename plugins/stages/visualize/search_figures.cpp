#include "search_figures.h"

#include <algorithm>
#include <map>

#include "palette.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"

namespace pipeline::stage::visualize {

namespace {

constexpr double dot_size = 2.4, bold = 2, bar_share = 0.64;

struct Row {
  double number, value;
};

/// Trials of one state that have a value, by number.
std::vector<Row> rows_of(const Search& search, const std::string& state) {
  std::vector<Row> rows;
  for (const Value& trial : search.study.at("trials").as_list()) {
    if (trial.at("state") == Value(state) && trial.at("value").is_number())
      rows.push_back({trial.at("number").as_double(), trial.at("value").as_double()});
  }
  return rows;
}

Curve dots(std::string name, const std::vector<Row>& rows, const Color& color) {
  Curve curve;
  curve.name = std::move(name), curve.mark = Mark::dots, curve.stroke = {color, dot_size};
  for (const Row& row : rows) curve.x.push_back(row.number), curve.y.push_back(row.value);
  return curve;
}

/// The best value up to each trial, as a step curve.
Curve best_so_far(const Search& search, const std::vector<Row>& complete) {
  Curve curve;
  curve.name = "best so far", curve.stroke = {model_color(0), bold};
  const bool minimize = search.study.at("direction") == Value("minimize");
  for (const Row& row : complete) {
    const double before = curve.y.empty() ? row.value : curve.y.back();
    if (!curve.y.empty()) curve.x.push_back(row.number), curve.y.push_back(before);
    curve.x.push_back(row.number), curve.y.push_back(minimize ? std::min(before, row.value) : std::max(before, row.value));
  }
  return curve;
}

Axis labelled(std::string label) {
  Axis axis;
  axis.label = std::move(label);
  return axis;
}

Plot history_plot(const Search& search) {
  const std::vector<Row> complete = rows_of(search, "complete"), pruned = rows_of(search, "pruned");
  Plot plot;
  plot.x = labelled("trial"), plot.x.least_step = 1;
  plot.y = labelled(search.study.at("monitor").as_string());
  plot.curves.push_back(dots("complete", complete, naive_color));
  if (!pruned.empty()) plot.curves.push_back(dots("pruned", pruned, quiet_ink));
  plot.curves.push_back(best_so_far(search, complete));
  fit_x(plot), fit_y(plot);
  return plot;
}

std::vector<std::pair<std::string, double>> importances_of(const Search& search) {
  std::vector<std::pair<std::string, double>> all;
  for (const auto& [name, importance] : search.study.at("importances").as_map()) all.emplace_back(name, importance.as_double());
  std::ranges::stable_sort(all, std::ranges::greater{}, &std::pair<std::string, double>::second);
  return all;
}

Plot importance_plot(const Search& search) {
  Plot plot;
  plot.title = "importance of parameters (PED-ANOVA)";
  plot.x.scale = Scale::category;
  for (const auto& [name, importance] : importances_of(search)) {
    Curve bar;
    bar.mark = Mark::bars, bar.stroke = {model_color(0), 1}, bar.bar_width = bar_share;
    bar.x.push_back(static_cast<double>(plot.categories.size()) - bar_share / 2), bar.y.push_back(importance);
    plot.categories.push_back(name);
    plot.curves.push_back(std::move(bar));
  }
  fit_x(plot), fit_y(plot, 0.0);
  plot.y.low = 0;
  return plot;
}

/// "50 trials: 44 complete, 5 pruned, 1 failed"
std::string counted(const Search& search) {
  std::map<std::string, std::int64_t> counts;
  const Value::List& trials = search.study.at("trials").as_list();
  for (const Value& trial : trials) ++counts[trial.at("state").as_string()];
  std::string text = format_count(static_cast<std::int64_t>(trials.size())) + (trials.size() == 1 ? " trial" : " trials");
  const std::string states = join(counts, [](const auto& entry) { return format_count(entry.second) + " " + entry.first; });
  return states.empty() ? text : text + ": " + states;
}

}  // namespace

std::optional<Figure> search_figure(const Search& search, const std::string& name) {
  if (rows_of(search, "complete").empty()) return std::nullopt;
  Figure figure;
  figure.name = name;
  figure.title = "search: " + search.study.at("monitor").as_string() + " of every trial";
  figure.columns = 2;
  figure.plots.push_back(history_plot(search));
  if (!importances_of(search).empty()) figure.plots.push_back(importance_plot(search));
  return figure;
}

Value search_view(const Search& search, std::size_t index) {
  const Value& study = search.study;
  const Value& best = study.at("best");
  std::string headline = counted(search);
  if (!best.is_null())
    headline += "; best " + study.at("monitor").as_string() + " " + format_short(best.at("value").as_double()) + " in trial " +
                std::to_string(best.at("number").as_int());
  Value::List rows;
  const Value nothing{Value::Map{}};
  for (const auto& [path, value] : (best.is_null() ? nothing : best.at("values")).as_map())
    rows.push_back(Value::Map{{"parameter", path}, {"best", to_toml(value)}});
  Value::List failures;
  for (const Value& trial : study.at("trials").as_list()) {
    if (trial.at("state") == Value("failed"))
      failures.push_back(Value::Map{{"number", std::to_string(trial.at("number").as_int())}, {"reason", trial.at("reason")}});
  }
  return Value::Map{{"index", std::to_string(index)},
                    {"stage", search.stage},
                    {"name", study.at("name")},
                    {"storage", study.at("storage")},
                    {"headline", headline},
                    {"rows", rows},
                    {"has_rows", !rows.empty()},
                    {"has_failures", !failures.empty()},
                    {"failures", failures}};
}

}  // namespace pipeline::stage::visualize
