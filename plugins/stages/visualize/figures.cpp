#include "figures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "palette.h"
#include "pipeline/data/format.h"
#include "text.h"
#include "verdict.h"

namespace pipeline::stage::visualize {

namespace {

/// Above this ratio of the highest loss to the lowest, a linear axis hides the end of a training.
constexpr double logarithmic_from = 20;
constexpr double thin = 1.1, normal = 1.6, bold = 2;
/// What a forecast may lie on is wider and pale: it shows at both sides of the forecast.
constexpr double under = 3.6, pale = 0.5;
/// Width of a bar as a share of its category.
constexpr double bar_share = 0.64;
constexpr const char* last_value = "repeat last value";
constexpr std::size_t most_series = 3;

const TargetPredictions& of(const ModelPredictions& model, std::size_t target) { return model.predictions.targets[target]; }

std::string name_for(const std::string& figure, const ModelPredictions& model, std::size_t target) {
  const std::string& name = of(model, target).target;
  return model.predictions.targets.size() == 1 ? figure : figure + "-" + file_name_part(name);
}

std::string ahead(std::int64_t step) { return step == 1 ? "1 step ahead" : std::to_string(step) + " steps ahead"; }

Axis value_axis(std::string label, double least_step = 0) {
  Axis axis;
  axis.least_step = least_step;
  axis.label = std::move(label);
  return axis;
}

Axis time_axis(const ModelPredictions& model) {
  const bool dates = model.predictions.has_time;
  Axis axis = value_axis(dates ? "" : "row", 1);
  if (dates) axis.scale = Scale::time;
  return axis;
}

Plot make_plot(std::string title, Axis x, Axis y) {
  Plot plot;
  plot.title = std::move(title), plot.x = std::move(x), plot.y = std::move(y);
  return plot;
}

Curve make_curve(Mark mark, std::string name, const Stroke& stroke) {
  Curve curve;
  curve.mark = mark, curve.name = std::move(name), curve.stroke = stroke;
  return curve;
}

Curve curve_of(const std::vector<Point>& points, double Point::*value, std::string name, const Stroke& stroke) {
  Curve curve = make_curve(Mark::line, std::move(name), stroke);
  for (const Point& point : points) curve.x.push_back(point.time), curve.y.push_back(point.*value);
  return curve;
}

Figure make_figure(std::string name, std::string title, int columns = 1) {
  Figure figure;
  figure.name = std::move(name), figure.title = std::move(title), figure.columns = columns;
  return figure;
}

/// Adds the two losses of one training and its best epoch.
void add_losses(Plot& plot, const TrainingRecord& training, const Color& color, bool several) {
  Curve train = make_curve(Mark::line, several ? "" : "training", {several ? faded(color, 0.5) : quiet_ink, thin, true});
  Curve val = make_curve(Mark::line, several ? training.stage : "validation", {color, bold});
  for (const EpochRecord& epoch : training.history) {
    const auto number = static_cast<double>(epoch.epoch), loss = val_loss_of(epoch);
    train.x.push_back(number), train.y.push_back(epoch.train_loss);
    if (std::isfinite(loss)) val.x.push_back(number), val.y.push_back(loss);
  }
  if (const auto index = best_epoch(training)) {
    const EpochRecord& best = training.history[*index];
    Curve dot = make_curve(Mark::dots, several ? "" : "best epoch", {color, 4.5});
    dot.x = {static_cast<double>(best.epoch)}, dot.y = {val_loss_of(best)};
    plot.curves.push_back(std::move(dot));
  }
  plot.curves.push_back(std::move(train)), plot.curves.push_back(std::move(val));
}

/// Forecasts a fixed number of steps ahead.
Plot track_plot(const std::vector<ModelPredictions>& models, std::size_t target, std::size_t track) {
  const Track& first = of(models.front(), target).tracks[track];
  Plot plot = make_plot(ahead(first.step), time_axis(models.front()), value_axis(of(models.front(), target).target));
  plot.curves.push_back(curve_of(first.points, &Point::naive, last_value, {faded(naive_color, pale), under}));
  plot.curves.push_back(curve_of(first.points, &Point::truth, "truth", {faded(truth_color, pale), under}));
  for (std::size_t m = 0; m < models.size(); ++m) {
    const std::vector<Track>& tracks = of(models[m], target).tracks;
    const auto same = std::ranges::find(tracks, first.step, &Track::step);
    if (same == tracks.end()) continue;
    plot.curves.push_back(curve_of(same->points, &Point::prediction, models[m].label, {faded(model_color(models[m].model), 0.9), normal}));
  }
  fit_x(plot), fit_y(plot);
  return plot;
}

/// The ends of intervals, paler the wider they are.
void add_band(Plot& plot, const Example& example, const Band& band, const Color& color) {
  const Stroke stroke{faded(color, 1 - 0.7 * band.level / 100), thin};
  for (const std::vector<double>* end : {&band.lower, &band.upper}) {
    Curve curve = make_curve(Mark::line, end == &band.lower ? format_number(band.level) + " % interval" : "", stroke);
    for (std::size_t i = 0; i < end->size(); ++i) curve.x.push_back(example.horizon[i].time), curve.y.push_back((*end)[i]);
    plot.curves.push_back(std::move(curve));
  }
}

Plot example_plot(const std::vector<ModelPredictions>& models, std::size_t target, std::size_t index) {
  const Example& example = of(models.front(), target).examples[index];
  Plot plot = make_plot("from " + example.label, time_axis(models.front()), {});
  std::vector<Point> known = example.past;
  known.insert(known.end(), example.horizon.begin(), example.horizon.end());
  plot.curves.push_back(curve_of(known, &Point::truth, "truth", {faded(truth_color, pale), under}));
  plot.curves.push_back(curve_of(example.horizon, &Point::naive, last_value, {faded(naive_color, pale), under}));
  for (std::size_t m = 0; m < models.size(); ++m) {
    const std::vector<Example>& examples = of(models[m], target).examples;
    const auto same = std::ranges::find(examples, example.label, &Example::label);
    if (same == examples.end()) continue;  // this model has other windows
    plot.curves.push_back(curve_of(same->horizon, &Point::prediction, models[m].label, {model_color(models[m].model), normal}));
    for (const Band& band : same->bands) add_band(plot, *same, band, model_color(models[m].model));
  }
  plot.markers.push_back({example.origin, {}, true});
  fit_x(plot), fit_y(plot);
  return plot;
}

/// Residuals of all steps: bars of one model, outlines of several.
Plot spread_plot(const std::vector<ModelPredictions>& models, std::size_t target) {
  Plot plot = make_plot("how often", value_axis("residual"), value_axis("share of forecasts"));
  plot.markers.push_back({0, {}, true});
  const bool bars = models.size() == 1;
  for (std::size_t m = 0; m < models.size(); ++m) {
    const TargetPredictions& predictions = of(models[m], target);
    const Histogram& histogram = predictions.residuals;
    Curve curve = make_curve(bars ? Mark::bars : Mark::line, bars ? "" : models[m].label, {model_color(models[m].model), normal});
    curve.bar_width = bars ? histogram.width : 0;
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
      curve.x.push_back(histogram.low + histogram.width * (static_cast<double>(i) + (bars ? 0 : 0.5)));
      curve.y.push_back(static_cast<double>(histogram.counts[i]) / static_cast<double>(predictions.count));
    }
    plot.curves.push_back(std::move(curve));
  }
  fit_x(plot), fit_y(plot, 0.0);
  plot.y.low = 0;
  return plot;
}

Plot residuals_through_time(const std::vector<ModelPredictions>& models, std::size_t target) {
  const Track& first = of(models.front(), target).tracks.front();
  Plot plot = make_plot("through time, " + ahead(first.step), time_axis(models.front()), value_axis("residual"));
  plot.markers.push_back({0, {}, false});
  for (std::size_t m = 0; m < models.size(); ++m) {
    Curve dots = make_curve(Mark::dots, "", {faded(model_color(models[m].model), 0.45), 1.3});
    for (const Point& point : of(models[m], target).tracks.front().points) dots.x.push_back(point.time), dots.y.push_back(point.residual());
    plot.curves.push_back(std::move(dots));
  }
  fit_x(plot), fit_y(plot);
  return plot;
}

void add_bar(Plot& plot, const std::string& label, std::optional<double> value, const Color& color) {
  if (!value) return;
  Curve bar = make_curve(Mark::bars, "", {color, 1});
  bar.bar_width = bar_share;
  bar.x = {static_cast<double>(plot.categories.size()) - bar_share / 2}, bar.y = {*value};
  plot.categories.push_back(label);
  plot.curves.push_back(std::move(bar));
}

}  // namespace

Figure loss_figure(const std::vector<TrainingRecord>& trainings) {
  Plot plot = make_plot({}, value_axis("epoch", 1), value_axis("loss (scaled)"));
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (std::size_t i = 0; i < trainings.size(); ++i) {
    if (learned(trainings[i])) add_losses(plot, trainings[i], model_color(i), trainings.size() > 1);
  }
  for (const Curve& curve : plot.curves) {
    for (const double loss : curve.y) {
      if (std::isfinite(loss)) low = std::min(low, loss), high = std::max(high, loss);
    }
  }
  if (low > 0 && high > logarithmic_from * low) plot.y.scale = Scale::logarithmic;
  fit_x(plot), fit_y(plot);
  Figure figure = make_figure("loss", trainings.size() > 1 ? "Loss by epoch (dashed: training)" : "Loss by epoch");
  figure.plots.push_back(std::move(plot));
  return figure;
}

Figure prediction_figure(const std::vector<ModelPredictions>& models, std::size_t target) {
  const TargetPredictions& first = of(models.front(), target);
  Figure figure = make_figure(name_for("prediction", models.front(), target), first.target + ": forecast and truth");
  figure.plots.push_back(track_plot(models, target, 0));
  if (first.tracks.size() > 1) figure.plots.push_back(track_plot(models, target, first.tracks.size() - 1));
  return figure;
}

Figure examples_figure(const std::vector<ModelPredictions>& models, std::size_t target) {
  const TargetPredictions& first = of(models.front(), target);
  const int columns = std::clamp(static_cast<int>(first.examples.size()), 1, 3);
  Figure figure = make_figure(name_for("examples", models.front(), target), first.target + ": whole horizon from single origins", columns);
  for (std::size_t i = 0; i < first.examples.size(); ++i) figure.plots.push_back(example_plot(models, target, i));
  return figure;
}

Figure step_figure(const std::vector<ModelPredictions>& models, std::size_t target) {
  const TargetPredictions& first = of(models.front(), target);
  Plot plot = make_plot({}, value_axis("steps ahead", 1), value_axis("mean absolute error"));
  const auto add = [&](const TargetPredictions& from, double StepError::*error, std::string name, const Stroke& stroke) {
    Curve curve = make_curve(Mark::line, std::move(name), stroke);
    for (const StepError& step : from.by_step) curve.x.push_back(static_cast<double>(step.step)), curve.y.push_back(step.*error);
    plot.curves.push_back(std::move(curve));
  };
  add(first, &StepError::naive_mae, last_value, {faded(naive_color, pale), under});
  for (std::size_t m = 0; m < models.size(); ++m)
    add(of(models[m], target), &StepError::mae, models[m].label, {model_color(models[m].model), normal});
  fit_x(plot), fit_y(plot, 0.0);
  plot.y.low = 0;
  Figure figure = make_figure(name_for("error_by_step", models.front(), target), first.target + ": error by step");
  figure.plots.push_back(std::move(plot));
  return figure;
}

Figure residual_figure(const std::vector<ModelPredictions>& models, std::size_t target) {
  const std::string& name = of(models.front(), target).target;
  Figure figure = make_figure(name_for("residuals", models.front(), target), name + ": residuals (forecast minus truth)", 2);
  figure.plots.push_back(spread_plot(models, target));
  figure.plots.push_back(residuals_through_time(models, target));
  return figure;
}

Figure comparison_figure(const std::vector<Evaluation>& evaluations) {
  Figure figure = make_figure("comparison", "Models compared", 2);
  const std::string split = headline_split(evaluations);
  const Evaluation& leader = leader_of(evaluations);
  for (const auto& [measure, title] : {std::pair{"mae", "mean absolute error"}, std::pair{"mse", "mean squared error"}}) {
    Axis categories;
    categories.scale = Scale::category;
    Plot plot = make_plot(std::string(title) + " (scaled), " + split, std::move(categories), {});
    for (std::size_t m = 0; m < evaluations.size(); ++m) {
      const SplitErrors* errors = evaluations[m].same_task(leader) ? errors_of(evaluations[m], split) : nullptr;
      if (errors) add_bar(plot, evaluations[m].stage, find_number(errors->scaled, measure), model_color(m));
    }
    if (const SplitErrors* errors = errors_of(leader, split))
      add_bar(plot, "last value", find_number(errors->naive_scaled, measure), naive_color);
    fit_x(plot), fit_y(plot, 0.0);
    plot.y.low = 0;
    figure.plots.push_back(std::move(plot));
  }
  return figure;
}

Figure attention_figure(const ModelAttention& of, const std::string& name, std::size_t model) {
  const Attention& attention = of.attention;
  Figure figure = make_figure(name, of.label + ": attention over the window");
  const auto step_axis = [] { return value_axis("row of the window, 0 the last before the forecast", 1); };
  Plot mean = make_plot("mean of " + format_count(attention.windows) + " windows", step_axis(), value_axis("weight"));
  Curve curve = make_curve(Mark::line, "", {model_color(model), bold});
  curve.x = attention.steps, curve.y = attention.mean;
  mean.curves.push_back(std::move(curve));
  fit_x(mean), fit_y(mean, 0.0);
  figure.plots.push_back(std::move(mean));
  if (attention.samples.empty()) return figure;

  HeatMap heat;
  double largest = 0;
  for (const Attention::Sample& sample : attention.samples) {
    heat.labels.push_back(sample.origin), heat.rows.push_back(sample.weights);
    largest = std::max(largest, std::ranges::max(sample.weights));
  }
  heat.first_x = attention.steps.front(), heat.color = model_color(model);
  Plot samples = make_plot("single windows by origin; darkest: " + format_short(largest), step_axis(), {});
  samples.heat = std::move(heat);
  fit_heat(samples);
  figure.plots.push_back(std::move(samples));
  return figure;
}

std::vector<Figure> make_figures(const Results& results, const std::vector<ModelPredictions>& models) {
  std::vector<Figure> figures;
  if (std::ranges::any_of(results.trainings, learned)) figures.push_back(loss_figure(results.trainings));
  if (results.evaluations.size() > 1) figures.push_back(comparison_figure(results.evaluations));
  if (models.empty()) return figures;
  // Of many series the report lets one choose; pictures show the worst of them.
  const std::size_t all = models.front().predictions.targets.size(),
                    drawn = models.front().predictions.by_series ? std::min(all, most_series) : all;
  for (std::size_t target = 0; target < drawn; ++target) {
    const TargetPredictions& first = of(models.front(), target);
    figures.push_back(prediction_figure(models, target));
    if (!first.examples.empty()) figures.push_back(examples_figure(models, target));
    if (first.by_step.size() > 1) figures.push_back(step_figure(models, target));
    figures.push_back(residual_figure(models, target));
  }
  return figures;
}

}  // namespace pipeline::stage::visualize
