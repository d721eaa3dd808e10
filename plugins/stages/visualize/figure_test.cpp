#include "figure.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "figures.h"
#include "palette.h"

using namespace pipeline::stage::visualize;

namespace {

/// Five epochs, the last of which is the best.
pipeline::TrainingRecord training(double first_loss) {
  pipeline::TrainingRecord out;
  out.stage = "train";
  for (int epoch = 0; epoch < 5; ++epoch) {
    const double loss = first_loss / (1 + epoch);
    out.history.push_back({.epoch = epoch, .train_loss = loss, .learning_rate = 0.001, .val = {{"val_loss", loss * 1.1}}});
  }
  return out;
}

std::string text_of(const std::vector<unsigned char>& bytes) { return {bytes.begin(), bytes.end()}; }

/// Draws on pixels and counts those that are not white.
int inked_pixels(const Figure& figure, int width, int height) {
  cairo_surface_t* surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
  {
    Canvas canvas(surface);
    draw(canvas, figure, width, height);
  }
  cairo_surface_flush(surface);
  int inked = 0;
  for (int y = 0; y < height; ++y) {
    const unsigned char* row = cairo_image_surface_get_data(surface) + y * cairo_image_surface_get_stride(surface);
    for (int x = 0; x < width; ++x) inked += row[4 * x] < 250 || row[4 * x + 1] < 250 || row[4 * x + 2] < 250;
  }
  cairo_surface_destroy(surface);
  return inked;
}

}  // namespace

TEST_CASE("the loss axis is logarithmic only where losses span more than a factor of 20") {
  CHECK(loss_figure({training(1)}).plots.at(0).y.scale == Scale::linear);
  pipeline::TrainingRecord steep = training(1);
  steep.history.back().val["val_loss"] = 0.01;
  CHECK(loss_figure({steep}).plots.at(0).y.scale == Scale::logarithmic);
}

TEST_CASE("axes include every finite value, bars start at zero") {
  Plot plot;
  Curve curve;
  curve.x = {1, 2, 3};
  curve.y = {5, std::numeric_limits<double>::quiet_NaN(), 9};
  plot.curves.push_back(curve);
  fit_x(plot), fit_y(plot);
  CHECK(plot.x.low == 1);
  CHECK(plot.x.high == 3);
  CHECK(plot.y.low < 5);
  CHECK(plot.y.low > 4);
  CHECK(plot.y.high > 9);
  plot.curves[0].mark = Mark::bars;
  plot.curves[0].bar_width = 1;
  fit_x(plot), fit_y(plot);
  CHECK(plot.x.high == 4);
  CHECK(plot.y.low == 0);
}

TEST_CASE("a figure draws ink, more of it with a curve, as SVG and as PNG of the asked size") {
  const Figure figure = loss_figure({training(1)});
  Figure empty = figure;
  empty.plots[0].curves.clear();
  CHECK(inked_pixels(empty, 640, 320) > 500);
  CHECK(inked_pixels(figure, 640, 320) > inked_pixels(empty, 640, 320) + 500);

  const Drawing drawing = [&](Canvas& canvas) { draw(canvas, figure, 640, 320); };
  CHECK(text_of(svg_picture(640, 320, drawing)).find("<svg") != std::string::npos);
  const std::vector<unsigned char> png = png_picture(640, 320, 2, drawing);
  CHECK(text_of(png).substr(1, 3) == "PNG");
  CHECK((png[18] << 8 | png[19]) == 1280);  // width and height are at bytes 16 and 20, big endian
  CHECK((png[22] << 8 | png[23]) == 640);
  CHECK(png == png_picture(640, 320, 2, drawing));
}

TEST_CASE("a figure of many rows becomes higher, so that each can be read") {
  Figure figure = loss_figure({training(1)});
  CHECK(height_of(figure, 480) == 480);
  figure.columns = 3;
  for (int i = 0; i < 59; ++i) figure.plots.push_back(figure.plots.front());
  CHECK(height_of(figure, 480) == 20 * 140);
}

TEST_CASE("models are drawn together by step and by origin, whatever their place") {
  ModelPredictions first{.label = "a", .model = 0, .predictions = {}};
  first.predictions.targets.push_back({.target = "y",
                                       .count = 1,
                                       .by_step = {},
                                       .tracks = {{.step = 1, .total = 1, .points = {{0, 1, 2, 3}}}},
                                       .examples = {{.origin = 0, .label = "0", .past = {}, .horizon = {{1, 1, 2, 3}}}},
                                       .residuals = {}});
  ModelPredictions second = first;
  second.label = "b";
  second.predictions.targets[0].tracks[0].step = 2;
  second.predictions.targets[0].examples[0].label = "5";
  CHECK(prediction_figure({first, second}, 0).plots.at(0).curves.size() == 3);  // last value, truth, the first model
  CHECK(examples_figure({first, second}, 0).plots.at(0).curves.size() == 3);
  second = first;
  CHECK(prediction_figure({first, second}, 0).plots.at(0).curves.size() == 4);
}

TEST_CASE("a figure whose names are no UTF-8 is drawn all the same") {
  Figure figure = loss_figure({training(1)});
  figure.title =
      "Temperatur \xB0"
      "C";
  CHECK(inked_pixels(figure, 640, 320) > 1000);
}
