#include "backtest_view.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "canvas.h"
#include "palette.h"
#include "text.h"

namespace pipeline::stage::visualize {

namespace {

bool has(const BacktestRecord& record, const std::string& metric) {
  return std::ranges::any_of(record.models, [&](const BacktestModel& model) {
    const auto found = model.mean.find(metric);
    return found != model.mean.end() && std::isfinite(found->second);
  });
}

/// Those of the best models, and of the reference.
std::set<std::string> drawn_models(const BacktestRecord& record) {
  std::set<std::string> out{record.reference};
  for (std::size_t i = 0; i < std::min(record.models.size(), model_colors.size()); ++i) out.insert(record.models[i].name);
  return out;
}

Curve curve_of(const BacktestModel& model, const std::string& metric, Stroke stroke) {
  Curve curve;
  curve.name = model.name, curve.mark = Mark::line, curve.stroke = stroke;
  for (std::size_t i = 0; i < model.by_cutoff.size(); ++i) {
    const auto found = model.by_cutoff[i].find(metric);
    if (found == model.by_cutoff[i].end() || !std::isfinite(found->second)) continue;
    curve.x.push_back(static_cast<double>(i + 1));
    curve.y.push_back(found->second);
  }
  return curve;
}

Value::List rows_of(const BacktestRecord& record, const std::vector<Measure>& columns) {
  Value::List rows;
  for (const BacktestModel& model : record.models) {
    Value::List cells;
    for (const Measure& column : columns) cells.emplace_back(spread_text(model, column));
    const bool is_simple = model.name == record.reference ||
                           std::ranges::none_of(record.comparisons, [&](const BacktestComparison& one) { return one.model == model.name; });
    rows.push_back(Value::Map{{"by", model.name}, {"numbers", std::move(cells)}, {"row_class", is_simple ? "naive" : ""}});
  }
  return rows;
}

}  // namespace

std::vector<Backtest> read_backtests(const std::vector<Artifact>& inputs) {
  std::vector<Backtest> out;
  for (const Artifact& artifact : inputs) out.push_back({.stage = artifact.stage, .record = read_backtest(artifact.folder)});
  return out;
}

Figure backtest_figure(const Backtest& backtest) {
  const BacktestRecord& record = backtest.record;
  const std::string metric = has(record, "mase") ? "mase" : "mae";
  Figure figure;
  figure.name = backtest.stage == "backtest" ? "backtest" : "backtest-" + file_name_part(backtest.stage);
  figure.title = "Backtest";
  Plot plot;
  plot.x.label = "cutoff, from old to new", plot.y.label = metric == "mase" ? "MASE" : "mean absolute error";
  plot.x.least_step = 1;
  const std::set<std::string> drawn = drawn_models(record);
  std::size_t color = 0;
  for (const BacktestModel& model : record.models) {
    const bool is_reference = model.name == record.reference;
    if (!drawn.contains(model.name)) continue;
    plot.curves.push_back(curve_of(model, metric, is_reference ? Stroke{naive_color, 1.4, true} : Stroke{model_color(color), 1.8}));
    color += is_reference ? 0 : 1;
  }
  fit_x(plot), fit_y(plot, 0.0);
  figure.plots.push_back(std::move(plot));
  return figure;
}

void add_backtest_view(const std::vector<Backtest>& backtests, Value& view) {
  Value::List parts;
  for (const Backtest& backtest : backtests) {
    const std::vector<Measure> columns = shown_measures(backtest.record);
    Value::List labels, sentences;
    for (const Measure& column : columns) labels.emplace_back(column.label);
    for (const BacktestComparison& comparison : backtest.record.comparisons)
      sentences.emplace_back(sentence_of(comparison, backtest.record));
    constexpr double width = 960, height = 320;
    const Figure figure = backtest_figure(backtest);
    const auto svg = svg_picture(width, height, [&](Canvas& canvas) { draw(canvas, figure, width, height); });
    const std::string text(svg.begin(), svg.end());
    parts.push_back(Value::Map{{"heading", backtests.size() > 1 ? backtest.stage : ""},
                               {"told", headline_of(backtest.record)},
                               {"labels", std::move(labels)},
                               {"models", rows_of(backtest.record, columns)},
                               {"sentences", std::move(sentences)},
                               {"several_cutoffs", backtest.record.cutoffs.size() > 1},
                               {"svg", text.substr(std::min(text.find("<svg"), text.size()))}});
  }
  view["has_backtests"] = !parts.empty();
  view["backtests"] = std::move(parts);
}

}  // namespace pipeline::stage::visualize
