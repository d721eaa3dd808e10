#include "figure.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "palette.h"

namespace pipeline::stage::visualize {

namespace {

constexpr Font title_font{16, ink, true}, plot_title_font{12.5, ink, true}, label_font{11.5, quiet_ink}, tick_font{11, quiet_ink};
constexpr double margin = 18, legend_swatch = 20, tick_gap = 6;

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void add(double value) {
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  }
  [[nodiscard]] bool empty() const { return low > high; }
};

void set_range(Axis& axis, Range range, double share, bool keep_low) {
  if (range.empty()) range = {0, 1};
  if (axis.scale == Scale::logarithmic) {
    const double factor = std::pow(range.high / range.low, share) * 1.02;
    axis.low = range.low / factor, axis.high = range.high * factor;
    return;
  }
  double room = (range.high - range.low) * share;
  if (!(range.high > range.low)) room = std::max(std::abs(range.high) * 0.05, 0.5);
  axis.low = keep_low ? range.low : range.low - room;
  axis.high = range.high + room;
}

/// The labels of a heat map's rows, at most `wanted` of them.
std::vector<Tick> row_ticks(const HeatMap& heat, std::size_t wanted) {
  std::vector<Tick> ticks;
  const std::size_t every = (heat.labels.size() + wanted - 1) / wanted;
  for (std::size_t row = 0; row < heat.labels.size(); row += every) ticks.push_back({static_cast<double>(row), heat.labels[row], {}});
  return ticks;
}

/// One plot at its place on the canvas.
class PlotDrawing {
 public:
  PlotDrawing(Canvas& canvas, const Plot& plot, const Box& outer)
      : canvas_(canvas),
        plot_(plot),
        y_ticks_(plot.heat ? row_ticks(*plot.heat, static_cast<std::size_t>(std::max(outer.height / 18, 2.0)))
                           : ticks_of(plot.y, std::clamp(static_cast<int>(outer.height / 45), 2, 8))) {
    double label_width = 0;
    for (const Tick& tick : y_ticks_) label_width = std::max(label_width, canvas.text_width(tick.label, tick_font));
    const double left = label_width + tick_gap + (plot.y.label.empty() ? 4 : 22), top = plot.title.empty() ? 6 : 24;
    const double bottom = (plot.x.scale == Scale::time ? 34 : 20) + (plot.x.label.empty() ? 2 : 18);
    box_ = {outer.x + left, outer.y + top, outer.width - left - 8, outer.height - top - bottom};
    outer_ = outer;
  }

  void draw() {
    grid();
    canvas_.clipped(box_, [&] {
      if (plot_.heat) cells(*plot_.heat);
      for (const Curve& curve : plot_.curves) curve.mark == Mark::bars ? bars(curve) : points(curve);
    });
    markers();
    if (!plot_.title.empty()) canvas_.text(plot_.title, {box_.x, box_.y - 9}, plot_title_font);
    if (!plot_.y.label.empty()) canvas_.text_upwards(plot_.y.label, {outer_.x + 12, box_.y + box_.height / 2}, label_font);
    if (!plot_.x.label.empty()) canvas_.text(plot_.x.label, {box_.x + box_.width / 2, outer_.bottom() - 4}, label_font, Align::center);
  }

 private:
  [[nodiscard]] double across(double value) const { return box_.x + plot_.x.fraction(value) * box_.width; }
  [[nodiscard]] double down(double value) const { return box_.bottom() - plot_.y.fraction(value) * box_.height; }

  void grid() {
    for (const Tick& tick : y_ticks_) {
      const double y = down(tick.at);
      if (!plot_.heat) canvas_.line({box_.x, y}, {box_.right(), y}, {grid_color, 1});
      canvas_.text(tick.label, {box_.x - tick_gap, y + 4}, tick_font, Align::right);
    }
    canvas_.line({box_.x, box_.bottom()}, {box_.right(), box_.bottom()}, {axis_color, 1});
    for (const Tick& tick : ticks_of(plot_.x, std::clamp(static_cast<int>(box_.width / 85), 2, 10))) {
      const double x = across(tick.at);
      canvas_.line({x, box_.bottom()}, {x, box_.bottom() + 4}, {axis_color, 1});
      canvas_.text(tick.label, {x, box_.bottom() + 17}, tick_font, Align::center);
      if (!tick.context.empty()) canvas_.text(tick.context, {inside(x, tick.context), box_.bottom() + 31}, tick_font, Align::center);
    }
    for (std::size_t i = 0; i < plot_.categories.size(); ++i) {
      const std::string label = shortened(plot_.categories[i], across(1) - across(0) - 8);
      canvas_.text(label, {across(static_cast<double>(i)), box_.bottom() + 17}, tick_font, Align::center);
    }
  }

  /// The middle of a tick's text, moved if the text would leave the plot's place.
  [[nodiscard]] double inside(double middle, const std::string& text) {
    const double half = canvas_.text_width(text, tick_font) / 2;
    return std::clamp(middle, outer_.x + half, std::max(outer_.x + half, outer_.right() - half));
  }

  /// The text cut to a width.
  [[nodiscard]] std::string shortened(std::string text, double width) {
    if (canvas_.text_width(text, tick_font) <= width) return text;
    while (!text.empty() && canvas_.text_width(text + "…", tick_font) > width) text.pop_back();
    return text + "…";
  }

  void points(const Curve& curve) {
    std::vector<Spot> spots;
    spots.reserve(curve.x.size());
    for (std::size_t i = 0; i < curve.x.size(); ++i) spots.push_back({across(curve.x[i]), down(curve.y[i])});
    if (curve.mark == Mark::dots) {
      canvas_.dots(spots, curve.stroke.width, curve.stroke.color);
    } else if (spots.size() == 1) {
      canvas_.dots(spots, 2.5, curve.stroke.color);
    } else {
      canvas_.path(spots, curve.stroke);
    }
  }

  void bars(const Curve& curve) {
    const double zero = down(std::clamp(0.0, plot_.y.low, plot_.y.high));
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      if (!std::isfinite(curve.y[i])) continue;
      const double x = across(curve.x[i]), y = down(curve.y[i]), right = across(curve.x[i] + curve.bar_width);
      canvas_.fill({x + 0.5, std::min(y, zero), std::max(right - x - 1, 0.5), std::abs(zero - y)}, curve.stroke.color);
    }
  }

  void cells(const HeatMap& heat) {
    double largest = 0;
    for (const auto& row : heat.rows) {
      for (const double value : row) largest = std::max(largest, value);
    }
    for (std::size_t r = 0; r < heat.rows.size(); ++r) {
      const double top = down(static_cast<double>(r) - 0.5), bottom = down(static_cast<double>(r) + 0.5);
      for (std::size_t c = 0; c < heat.rows[r].size(); ++c) {
        const double left = across(heat.first_x + static_cast<double>(c) - 0.5),
                     right = across(heat.first_x + static_cast<double>(c) + 0.5);
        const double share = largest > 0 ? heat.rows[r][c] / largest : 0;
        canvas_.fill({left, top, right - left, bottom - top}, faded(heat.color, share));
      }
    }
  }

  void markers() {
    for (const Marker& marker : plot_.markers) {
      const double at = marker.vertical ? across(marker.at) : down(marker.at);
      const Stroke stroke{axis_color, 1.2, marker.vertical};
      if (marker.vertical) {
        canvas_.line({at, box_.y}, {at, box_.bottom()}, stroke);
        const bool right_half = at > box_.x + box_.width / 2;
        canvas_.text(marker.label, {at + (right_half ? -6 : 6), box_.y + 13}, label_font, right_half ? Align::right : Align::left);
      } else {
        canvas_.line({box_.x, at}, {box_.right(), at}, stroke);
      }
    }
  }

  Canvas& canvas_;
  const Plot& plot_;
  std::vector<Tick> y_ticks_;
  Box box_{}, outer_{};
};

/// The curves of the legend, each name once, without curves that have no value.
std::vector<const Curve*> legend_entries(const Figure& figure) {
  std::vector<const Curve*> entries;
  for (const Plot& plot : figure.plots) {
    for (const Curve& curve : plot.curves) {
      const bool known = std::ranges::any_of(entries, [&](const Curve* entry) { return entry->name == curve.name; });
      const bool drawn = std::ranges::any_of(curve.y, [](double y) { return std::isfinite(y); });
      if (!curve.name.empty() && !known && drawn) entries.push_back(&curve);
    }
  }
  return entries;
}

void draw_swatch(Canvas& canvas, const Curve& curve, Spot at) {
  const Spot middle{at.x + legend_swatch / 2, at.y - 4};
  switch (curve.mark) {
    case Mark::line:
      canvas.line({at.x, middle.y}, {at.x + legend_swatch, middle.y},
                  {curve.stroke.color, std::max(curve.stroke.width, 2.0), curve.stroke.dashed});
      break;
    case Mark::dots:
      canvas.dots(std::vector<Spot>{middle}, 3, curve.stroke.color);
      break;
    case Mark::bars:
      canvas.fill({middle.x - 5, middle.y - 5, 10, 10}, curve.stroke.color);
      break;
  }
}

/// Draws the title and the legend: at the right of the title if it fits there, else in lines below. Returns the y where the plots begin.
double heading(Canvas& canvas, const Figure& figure, double width) {
  constexpr double text_gap = 6, entry_gap = 16, first_line = 30, line_height = 20, below = 14;
  const std::vector<const Curve*> entries = legend_entries(figure);
  const auto width_of = [&](const Curve* entry) {
    return legend_swatch + text_gap + canvas.text_width(entry->name, label_font) + entry_gap;
  };
  double length = -entry_gap;
  for (const Curve* entry : entries) length += width_of(entry);
  canvas.text(figure.title, {margin, first_line}, title_font);
  const bool beside = margin + canvas.text_width(figure.title, title_font) + 24 + length < width - margin;
  Spot at = beside ? Spot{width - margin - length, first_line} : Spot{margin, first_line + line_height};
  for (const Curve* entry : entries) {
    if (at.x > margin && at.x + width_of(entry) - entry_gap > width - margin + 1) at = {margin, at.y + line_height};
    draw_swatch(canvas, *entry, at);
    canvas.text(entry->name, {at.x + legend_swatch + text_gap, at.y}, label_font);
    at.x += width_of(entry);
  }
  return (entries.empty() ? first_line : at.y) + below;
}

}  // namespace

void fit_y(Plot& plot, std::optional<double> include) {
  Range range;
  bool has_bars = false;
  for (const Curve& curve : plot.curves) {
    has_bars = has_bars || curve.mark == Mark::bars;
    for (const double y : curve.y) {
      if (plot.y.scale != Scale::logarithmic || y > 0) range.add(y);
    }
  }
  if (has_bars) range.add(0);
  if (include) range.add(*include);
  set_range(plot.y, range, 0.06, has_bars && range.low == 0);
}

void fit_heat(Plot& plot) {
  if (!plot.heat || plot.heat->rows.empty()) return;
  plot.x.low = plot.heat->first_x - 0.5, plot.x.high = plot.heat->first_x + static_cast<double>(plot.heat->rows.front().size()) - 0.5;
  plot.y.low = static_cast<double>(plot.heat->rows.size()) - 0.5, plot.y.high = -0.5;  // the first row at the top
}

void fit_x(Plot& plot) {
  if (plot.x.scale == Scale::category) {
    plot.x.low = -0.5, plot.x.high = static_cast<double>(plot.categories.size()) - 0.5;
    return;
  }
  Range range;
  for (const Curve& curve : plot.curves) {
    for (const double x : curve.x) range.add(x), range.add(x + curve.bar_width);
  }
  set_range(plot.x, range, range.high > range.low ? 0 : 0.05, false);
}

double height_of(const Figure& figure, double height) {
  constexpr double least_row = 140;
  const int columns = std::max(1, figure.columns), rows = (static_cast<int>(figure.plots.size()) + columns - 1) / columns;
  return std::max(height, least_row * rows);
}

void draw(Canvas& canvas, const Figure& figure, double width, double height) {
  canvas.fill({0, 0, width, height}, {1, 1, 1});
  const double top = heading(canvas, figure, width);
  if (figure.plots.empty()) return;
  const int columns = std::max(1, figure.columns), rows = (static_cast<int>(figure.plots.size()) + columns - 1) / columns;
  const double cell_width = (width - 2 * margin + 12) / columns, cell_height = (height - top - margin / 2) / rows;
  for (std::size_t i = 0; i < figure.plots.size(); ++i) {
    const int row = static_cast<int>(i) / columns, column = static_cast<int>(i) % columns;
    PlotDrawing(canvas, figure.plots[i], {margin + column * cell_width, top + row * cell_height, cell_width - 12, cell_height - 6}).draw();
  }
}

}  // namespace pipeline::stage::visualize
