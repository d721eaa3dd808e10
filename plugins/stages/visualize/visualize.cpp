#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "attention.h"
#include "backtest_view.h"
#include "canvas.h"
#include "figures.h"
#include "next_forecast.h"
#include "next_view.h"
#include "panel_errors.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/logger.h"
#include "pipeline/plugin.h"
#include "pipeline/stage.h"
#include "read_results.h"
#include "report_data.h"
#include "report_view.h"
#include "search_figures.h"
#include "template.h"
#include "text.h"
#include "uncertainty.h"
#include "verdict.h"

// Made of report.html, report.css, report.js, search.js and plotly.min.js by pipeline_embed_file.
extern "C" const char visualize_html_begin[], visualize_html_end[], visualize_css_begin[], visualize_css_end[], visualize_js_begin[],
    visualize_js_end[], visualize_search_js_begin[], visualize_search_js_end[], visualize_plotly_begin[], visualize_plotly_end[];

namespace pipeline::stage::visualize {

struct VisualizeOptions {
  bool next_forecast = true;
  std::int64_t examples = 6;
  std::int64_t max_points = 4000;
  std::int64_t attention_samples = 40;
  std::vector<std::int64_t> attention_windows;
  std::vector<std::string> formats{"svg", "png"};
  std::int64_t width = 960;
  std::int64_t height = 480;
  double scale = 2;

  static constexpr auto options() {
    return option_list<VisualizeOptions>(
        option("next_forecast", &VisualizeOptions::next_forecast,
               "The report begins with what comes after the data, as predict forecasts it; this reads the source once more."),
        option("examples", &VisualizeOptions::examples, "Origins whose whole horizon is drawn, spread evenly over the split.")
            .between(0, 60),
        option("max_points", &VisualizeOptions::max_points, "Points of a curve through time at most; peaks are kept.").between(100, 100000),
        option("attention_samples", &VisualizeOptions::attention_samples,
               "Windows whose attention is drawn, spread evenly over the split, of models that have attention.")
            .between(0, 500),
        option("attention_windows", &VisualizeOptions::attention_windows,
               "Draw the attention of these windows instead, by number within the split."),
        option("formats", &VisualizeOptions::formats, "Pictures beside the report; none for an empty list.").choices({"svg", "png"}),
        option("width", &VisualizeOptions::width, "Width of the pictures.").unit("points").between(320, 8000),
        option("height", &VisualizeOptions::height, "Height of the pictures.").unit("points").between(200, 8000),
        option("scale", &VisualizeOptions::scale, "Pixels of a PNG per point.").between(0.5, 4));
  }
};

/// Two targets may give the same part of a file name.
void make_names_distinct(std::vector<Figure>& figures) {
  std::set<std::string> names;
  for (Figure& figure : figures) {
    while (!names.insert(figure.name).second) figure.name += "_";
  }
}

/// Draws the results of the other stages: report.html, one file that needs no network, and its pictures as SVG and PNG.
class Visualize final : public Stage, public ShowsNext {
 public:
  using Options = VisualizeOptions;
  explicit Visualize(Options options) : options_(std::move(options)) {}

  void take(NextForecaster forecaster) override { forecaster_ = std::move(forecaster); }

  void run(StageContext& context) override {
    const Results results = read_results(context.inputs, context.log);
    const PanelErrors panel = panel_errors(results);
    const std::optional<Next> next = next_forecast(results, panel, context);
    const std::vector<ModelPredictions> models = read_models(results, drawn_series(panel), context.log);
    const Verdict verdict = judge(results.evaluations);
    const std::vector<ModelAttention> attentions = read_attentions(results);
    std::vector<Figure> figures = make_figures(results, models);
    if (next && !next->targets.empty()) figures.insert(figures.begin(), next_figure(*next));
    if (const Uncertainty uncertainty = uncertainty_of(results.evaluations); !uncertainty.empty())
      figures.push_back(uncertainty_figure(uncertainty));
    if (!panel.empty()) figures.push_back(panel_figure(panel));
    for (const Backtest& backtest : read_backtests(context.inputs_of("backtest"))) figures.push_back(backtest_figure(backtest));
    for (std::size_t i = 0; i < attentions.size(); ++i) {
      const std::string name = attentions.size() == 1 ? "attention" : "attention-" + file_name_part(attentions[i].stage);
      figures.push_back(attention_figure(attentions[i], name, i));
      log_attention(results.trainings, attentions[i].stage, figures.back(), context);
    }
    for (const Search& search : results.searches) {
      const std::string name = results.searches.size() == 1 ? "search" : "search-" + file_name_part(search.stage);
      if (std::optional<Figure> figure = search_figure(search, name)) figures.push_back(std::move(*figure));
    }
    make_names_distinct(figures);
    const std::size_t pictures = write_pictures(figures, context);
    write_report(results, models, attentions, panel, next, context);
    context.summary["headline"] = verdict.headline.substr(0, verdict.headline.find_last_not_of('.') + 1);  // more follows it
    const auto report = context.settings.run_dir / context.settings.name / context.stage / "report.html";
    context.summary["report"] = report.string();
    context.log.info(report.string() + " and " + std::to_string(pictures) + (pictures == 1 ? " picture" : " pictures"));
  }

 private:
  /// The errors of the leading model's series; empty if there is one series.
  [[nodiscard]] static PanelErrors panel_errors(const Results& results) {
    if (results.evaluations.empty()) return {};
    const std::filesystem::path& file = leader_of(results.evaluations).by_series;
    return file.empty() ? PanelErrors() : read_panel_errors(file);
  }

  /// nullopt where none is asked for, or where the program gives none.
  [[nodiscard]] std::optional<Next> next_forecast(const Results& results, const PanelErrors& panel, const StageContext& context) const {
    if (!options_.next_forecast || !forecaster_) return std::nullopt;
    Next next = forecast_next(results, drawn_series(panel), forecaster_, context.folder);
    if (!next.reason.empty()) context.log.warning("there is no forecast of what comes after the data: " + next.reason);
    if (!next.targets.empty()) context.log.info("what comes next: " + lead_of(next));
    return next;
  }

  [[nodiscard]] std::vector<ModelPredictions> read_models(const Results& results, const std::vector<std::string>& series, Log& log) const {
    const auto with_file = std::ranges::count_if(results.evaluations, [](const Evaluation& e) { return !e.predictions.empty(); });
    PredictionLimits limits{.examples = options_.examples, .max_points = options_.max_points};
    limits.max_values /= std::max<std::int64_t>(1, with_file);
    std::vector<ModelPredictions> models;
    for (const Evaluation& evaluation : results.evaluations) {
      if (evaluation.predictions.empty()) continue;
      const Evaluation& leader = leader_of(results.evaluations);
      if (!evaluation.same_task(leader)) {
        log.warning(evaluation.stage + " has another horizon or other targets than " + leader.stage +
                    ", the leading model: its forecasts are left out of the pictures");
        continue;
      }
      limits.bands = evaluation.leads || results.evaluations.size() == 1;
      models.push_back({.label = results.evaluations.size() > 1 ? evaluation.stage : label_of(evaluation, false),
                        .model = static_cast<std::size_t>(&evaluation - results.evaluations.data()),
                        .predictions = read_predictions(evaluation.predictions, limits, series)});
    }
    return models;
  }

  [[nodiscard]] std::vector<ModelAttention> read_attentions(const Results& results) const {
    const AttentionChoice choice{.samples = options_.attention_samples, .windows = options_.attention_windows};
    std::vector<ModelAttention> attentions;
    for (const Evaluation& evaluation : results.evaluations) {
      if (evaluation.attention.empty()) continue;
      attentions.push_back({.label = label_of(evaluation, results.evaluations.size() > 1),
                            .stage = evaluation.stage,
                            .attention = read_attention(evaluation.attention, choice)});
    }
    return attentions;
  }

  /// Puts the picture into the version folder of its training, for TensorBoard.
  void log_attention(const std::vector<TrainingRecord>& trainings, const std::string& stage, const Figure& figure,
                     const StageContext& context) const {
    const auto training = std::ranges::find(trainings, stage, &TrainingRecord::stage);
    if (training == trainings.end() || !std::filesystem::is_directory(training->version_dir)) return;
    const auto png = png_of(figure);
    const LoggerContext where{.version_dir = training->version_dir, .append = true, .log = context.log};
    for (const ComponentSpec& spec : context.tables.many("loggers")) {
      const auto logger = context.registry.make<Logger>(spec.type, spec.options, where);
      call(logger, "log_image", &Logger::log_image, "attention", png, pixels(width_of_pictures()), pixels(height_of_picture(figure)),
           training->steps);
      call(logger, "finish", &Logger::finish, true);
    }
  }

  [[nodiscard]] double width_of_pictures() const { return static_cast<double>(options_.width); }
  [[nodiscard]] double height_of_picture(const Figure& figure) const { return height_of(figure, static_cast<double>(options_.height)); }
  [[nodiscard]] int pixels(double points) const { return static_cast<int>(std::lround(points * options_.scale)); }

  [[nodiscard]] std::vector<unsigned char> png_of(const Figure& figure) const {
    const double width = width_of_pictures(), height = height_of_picture(figure);
    return png_picture(width, height, options_.scale, [&](Canvas& canvas) { draw(canvas, figure, width, height); });
  }

  /// Returns the number of files written.
  std::size_t write_pictures(const std::vector<Figure>& figures, const StageContext& context) const {
    const double width = width_of_pictures();
    for (const Figure& figure : figures) {
      const double height = height_of_picture(figure);
      const Drawing drawing = [&](Canvas& canvas) { draw(canvas, figure, width, height); };
      for (const std::string& format : options_.formats) {
        if (context.cancelled())
          throw Error(ExitStatus::interrupted, "interrupted while drawing; run it again with --stage " + context.stage);
        write_bytes(context.folder / (figure.name + "." + format), format == "svg" ? svg_picture(width, height, drawing) : png_of(figure));
      }
    }
    return figures.size() * options_.formats.size();
  }

  void write_report(const Results& results, const std::vector<ModelPredictions>& models, const std::vector<ModelAttention>& attentions,
                    const PanelErrors& panel, const std::optional<Next>& next, const StageContext& context) const {
    Value view = report_view(results, models, attentions, context.settings);
    add_panel_view(panel, view);
    add_backtest_view(read_backtests(context.inputs_of("backtest")), view);
    if (next) add_next_view(*next, context.settings.workflow_file.filename().string(), view);
    view["css"] = std::string(visualize_css_begin, visualize_css_end);
    view["script"] = escape_code_for_script({visualize_js_begin, visualize_js_end});
    view["search_script"] = escape_code_for_script({visualize_search_js_begin, visualize_search_js_end});
    view["plotly"] = escape_code_for_script({visualize_plotly_begin, visualize_plotly_end});
    Value data = report_data(results, models, attentions);
    if (next) data["next"] = next_data(*next);
    view["data"] = escape_json_for_script(to_json(data));
    write_text(context.folder / "report.html", fill_template({visualize_html_begin, visualize_html_end}, view));
  }

  Options options_;
  NextForecaster forecaster_;
};

}  // namespace pipeline::stage::visualize

PIPELINE_PLUGIN("visualize", "1.0.0", "Apache-2.0", "Report and pictures of a workflow's results") {
  registrar
      .add<pipeline::Stage, pipeline::stage::visualize::Visualize>("visualize",
                                                                   "Draws the results: report.html, and its pictures as SVG and PNG.")
      .needs_all("windows")
      .takes_all("checkpoint")
      .needs_all("metrics")
      .needs_all("predictions")
      .takes_all("study")
      .takes_all("backtest")
      .takes_all("final")
      .gives("report")
      .uses({"loggers"})
      .without_randomness();
}
