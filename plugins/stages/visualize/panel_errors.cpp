#include "panel_errors.h"

#include <algorithm>
#include <cmath>

#include "canvas.h"
#include "palette.h"
#include "pipeline/data/csv.h"
#include "pipeline/data/format.h"

namespace pipeline::stage::visualize {

namespace {

constexpr std::size_t worst_shown = 10;
constexpr std::size_t bins = 40;

double rank_of(const PanelErrors& errors, const SeriesError& error) { return errors.by_mase ? error.mase : error.mae; }

/// The errors that have a rank.
std::vector<double> ranks_of(const PanelErrors& errors) {
  std::vector<double> ranks;
  for (const SeriesError& error : errors.errors) {
    if (const double rank = rank_of(errors, error); std::isfinite(rank)) ranks.push_back(rank);
  }
  return ranks;
}

std::string number_text(double number) { return std::isfinite(number) ? format_short(number) : "–"; }

/// The worst, the one in the middle and the best, as indices.
std::vector<std::size_t> shown(const PanelErrors& errors) {
  std::vector<std::size_t> out;
  const std::size_t ranked = ranks_of(errors).size(), count = ranked > 0 ? ranked : errors.errors.size();  // those without a rank come last
  for (std::size_t i = 0; i < std::min(worst_shown, count); ++i) out.push_back(i);
  for (const std::size_t i : {count / 2, count - 1}) {
    if (count > 0 && std::ranges::find(out, i) == out.end()) out.push_back(i);
  }
  return out;
}

}  // namespace

PanelErrors read_panel_errors(const std::filesystem::path& file) {
  CsvLines lines(file);
  const auto column = [&](const char* name) {
    // The series column comes first and may have any name.
    const auto found = std::find(lines.header().begin() + 1, lines.header().end(), name);
    if (found == lines.header().end()) throw lines.mistake(std::string("the heading has no column ") + name);
    return static_cast<std::size_t>(found - lines.header().begin());
  };
  const std::size_t target = column("target"), windows = column("windows"), mae = column("mae"), mase = column("mase"),
                    naive = column("naive_mae");
  PanelErrors out;
  while (lines.next()) {
    out.errors.push_back({.series = lines.text(0),
                          .target = lines.text(target),
                          .windows = lines.integer(windows),
                          .mae = lines.number(mae),
                          .mase = lines.number(mase),
                          .naive_mae = lines.number(naive)});
    out.by_mase = out.by_mase || std::isfinite(out.errors.back().mase);
  }
  // Without a rank comes last.
  std::ranges::stable_sort(out.errors, std::ranges::greater(), [&](const SeriesError& error) {
    const double rank = rank_of(out, error);
    return std::isfinite(rank) ? rank : -1;
  });
  return out;
}

std::vector<std::string> drawn_series(const PanelErrors& errors) {
  std::vector<std::string> ids;
  for (const std::size_t i : shown(errors)) {
    if (std::ranges::find(ids, errors.errors[i].series) == ids.end()) ids.push_back(errors.errors[i].series);
  }
  return ids;
}

Figure panel_figure(const PanelErrors& errors) {
  const std::vector<double> ranks = ranks_of(errors);  // the largest first
  Figure figure;
  figure.name = "errors_by_series";
  figure.title = "Errors of the series";
  Plot plot;
  plot.x.label = errors.by_mase ? "MASE of a series" : "mean absolute error of a series";
  plot.y.label = "series";
  if (!ranks.empty()) {
    const double high = std::max(ranks[ranks.size() / 100], 1e-12), width = high / static_cast<double>(bins);
    std::vector<double> counts(bins);
    for (const double rank : ranks) counts[std::min(bins - 1, static_cast<std::size_t>(rank / width))] += 1;
    Curve bars;
    bars.mark = Mark::bars;
    bars.stroke = {model_color(0), 1};
    bars.bar_width = width;
    for (std::size_t i = 0; i < bins; ++i) {
      bars.x.push_back(static_cast<double>(i) * width);
      bars.y.push_back(counts[i]);
    }
    plot.curves.push_back(std::move(bars));
  }
  fit_x(plot), fit_y(plot, 0.0);
  plot.y.low = 0;
  figure.plots.push_back(std::move(plot));
  return figure;
}

void add_panel_view(const PanelErrors& errors, Value& view) {
  view["has_series"] = !errors.empty();
  if (errors.empty()) return;
  Value::List rows;
  for (const std::size_t i : shown(errors)) {
    const SeriesError& error = errors.errors[i];
    rows.push_back(Value::Map{{"place", format_count(static_cast<std::int64_t>(i) + 1)},
                              {"series", error.series},
                              {"target", error.target},
                              {"windows", format_count(error.windows)},
                              {"mae", number_text(error.mae)},
                              {"mase", number_text(error.mase)},
                              {"naive", number_text(error.naive_mae)}});
  }
  view["series_rows"] = std::move(rows);
  view["series_count"] = format_count(std::ssize(errors.errors));
  view["series_rank"] = errors.by_mase ? "MASE" : "MAE";
  constexpr double width = 960, height = 320;
  const Figure figure = panel_figure(errors);
  const auto svg = svg_picture(width, height, [&](Canvas& canvas) { draw(canvas, figure, width, height); });
  std::string text(svg.begin(), svg.end());
  view["series_svg"] = text.substr(std::min(text.find("<svg"), text.size()));
}

}  // namespace pipeline::stage::visualize
