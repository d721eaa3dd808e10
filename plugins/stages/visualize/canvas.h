#pragma once

#include <cairo.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace pipeline::stage::visualize {

struct Color {
  double red = 0, green = 0, blue = 0, alpha = 1;
};

struct Spot {
  double x, y;
};

struct Box {
  double x, y, width, height;
  [[nodiscard]] double right() const { return x + width; }
  [[nodiscard]] double bottom() const { return y + height; }
};

struct Stroke {
  Color color;
  double width = 1;
  bool dashed = false;
};

struct Font {
  double size = 12;
  Color color{0.2, 0.2, 0.2};
  bool bold = false;
};

enum class Align { left, center, right };

/// Draws with Cairo in the same way on every kind of surface. Lengths are in points; y grows downwards.
class Canvas {
 public:
  explicit Canvas(cairo_surface_t* surface);
  void fill(const Box& box, const Color& color);
  void line(Spot from, Spot to, const Stroke& stroke);
  /// A connected line, interrupted at coordinates that are NaN.
  void path(std::span<const Spot> spots, const Stroke& stroke);
  void dots(std::span<const Spot> spots, double radius, const Color& color);
  /// `at` is on the baseline.
  void text(const std::string& text, Spot at, const Font& font, Align align = Align::left);
  /// The text reads upwards, centred on `at`.
  void text_upwards(const std::string& text, Spot at, const Font& font);
  [[nodiscard]] double text_width(const std::string& text, const Font& font);
  /// Clips everything that `draw` draws to the box.
  void clipped(const Box& box, const std::function<void()>& draw);

 private:
  void use(const Font& font);
  void use(const Stroke& stroke);
  struct Destroy {
    void operator()(cairo_t* context) const { cairo_destroy(context); }
  };
  std::unique_ptr<cairo_t, Destroy> context_;
};

using Drawing = std::function<void(Canvas&)>;
/// The drawing as the bytes of a file. Error (unexpected) if Cairo fails. A PNG has `scale` pixels a point.
[[nodiscard]] std::vector<unsigned char> svg_picture(double width, double height, const Drawing& draw);
[[nodiscard]] std::vector<unsigned char> png_picture(double width, double height, double scale, const Drawing& draw);

}  // namespace pipeline::stage::visualize
