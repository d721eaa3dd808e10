#pragma once

#include <optional>
#include <string>
#include <vector>

#include "axis.h"
#include "canvas.h"

namespace pipeline::stage::visualize {

enum class Mark { line, dots, bars };

/// Values drawn in one way. A bar reaches from x to x + bar_width.
struct Curve {
  std::string name;  ///< empty: not in the legend
  Mark mark = Mark::line;
  Stroke stroke;
  std::vector<double> x, y;
  double bar_width = 0;
};

/// A vertical or horizontal line with a meaning.
struct Marker {
  double at = 0;
  std::string label;
  bool vertical = true;
};

/// A grid of cells, darker for larger values, with the first row at the top and columns 1 apart in x. It takes the place of curves.
struct HeatMap {
  std::vector<std::string> labels;        ///< of each row
  std::vector<std::vector<double>> rows;  ///< of equal length; values from 0
  double first_x = 0;                     ///< x of the first column; the others follow 1 apart
  Color color{};                          ///< of the largest value
};

/// One coordinate system.
struct Plot {
  std::string title;
  Axis x, y;
  std::vector<Curve> curves;
  std::vector<Marker> markers;
  std::vector<std::string> categories;  ///< of a category axis x, at 0, 1, 2, ...
  std::optional<HeatMap> heat;
};

/// Plots in a grid below a title and a legend of their curves' names.
struct Figure {
  std::string name;  ///< of its files, without extension
  std::string title;
  int columns = 1;
  std::vector<Plot> plots;
};

/// Sets y's range to the values of the curves, with a margin; bars always include zero. `include` widens the range.
void fit_y(Plot& plot, std::optional<double> include = {});
/// Sets both ranges to the cells of the heat map.
void fit_heat(Plot& plot);
/// Sets x's range to the values of the curves.
void fit_x(Plot& plot);
/// `height`, or more if rows of plots would be too low to read.
[[nodiscard]] double height_of(const Figure& figure, double height);
void draw(Canvas& canvas, const Figure& figure, double width, double height);

}  // namespace pipeline::stage::visualize
