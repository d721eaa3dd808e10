#include "canvas.h"

#include <cairo-svg.h>

#include <array>
#include <cmath>
#include <numbers>

#include "pipeline/data/utf8.h"
#include "pipeline/errors.h"

namespace pipeline::stage::visualize {

namespace {

struct DestroySurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, DestroySurface>;

void check(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS) {
    throw Error(ExitStatus::unexpected, std::string("a picture cannot be drawn: ") + cairo_status_to_string(status));
  }
}

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int size) {
  static_cast<std::vector<unsigned char>*>(bytes)->insert(static_cast<std::vector<unsigned char>*>(bytes)->end(), data, data + size);
  return CAIRO_STATUS_SUCCESS;
}

void set_source(cairo_t* context, const Color& color) { cairo_set_source_rgba(context, color.red, color.green, color.blue, color.alpha); }

}  // namespace

Canvas::Canvas(cairo_surface_t* surface) : context_(cairo_create(surface)) { check(cairo_status(context_.get())); }

void Canvas::use(const Font& font) {
  set_source(context_.get(), font.color);
  cairo_select_font_face(context_.get(), "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                         font.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(context_.get(), font.size);
}

void Canvas::use(const Stroke& stroke) {
  static constexpr std::array dashes{4.0, 3.0};
  set_source(context_.get(), stroke.color);
  cairo_set_line_width(context_.get(), stroke.width);
  cairo_set_line_join(context_.get(), CAIRO_LINE_JOIN_ROUND);
  cairo_set_dash(context_.get(), dashes.data(), stroke.dashed ? static_cast<int>(dashes.size()) : 0, 0);
}

void Canvas::fill(const Box& box, const Color& color) {
  set_source(context_.get(), color);
  cairo_rectangle(context_.get(), box.x, box.y, box.width, box.height);
  cairo_fill(context_.get());
}

void Canvas::line(Spot from, Spot to, const Stroke& stroke) {
  const std::array spots{from, to};
  path(spots, stroke);
}

void Canvas::path(std::span<const Spot> spots, const Stroke& stroke) {
  use(stroke);
  bool pen_down = false;
  for (const Spot& spot : spots) {
    const bool known = std::isfinite(spot.x) && std::isfinite(spot.y);
    if (known && pen_down) cairo_line_to(context_.get(), spot.x, spot.y);
    if (known && !pen_down) cairo_move_to(context_.get(), spot.x, spot.y);
    pen_down = known;
  }
  cairo_stroke(context_.get());
}

void Canvas::dots(std::span<const Spot> spots, double radius, const Color& color) {
  set_source(context_.get(), color);
  for (const Spot& spot : spots) {
    if (!std::isfinite(spot.x) || !std::isfinite(spot.y)) continue;
    cairo_new_sub_path(context_.get());
    cairo_arc(context_.get(), spot.x, spot.y, radius, 0, 2 * std::numbers::pi);
  }
  cairo_fill(context_.get());
}

void Canvas::text(const std::string& text, Spot at, const Font& font, Align align) {
  const double width = align == Align::left ? 0 : text_width(text, font);
  use(font);
  cairo_move_to(context_.get(), at.x - (align == Align::center ? width / 2 : width), at.y);
  cairo_show_text(context_.get(), valid_utf8(text).c_str());
}

void Canvas::text_upwards(const std::string& text, Spot at, const Font& font) {
  cairo_save(context_.get());
  cairo_translate(context_.get(), at.x, at.y);
  cairo_rotate(context_.get(), -std::numbers::pi / 2);
  this->text(text, {0, 0}, font, Align::center);
  cairo_restore(context_.get());
}

double Canvas::text_width(const std::string& text, const Font& font) {
  use(font);
  cairo_text_extents_t extents;
  cairo_text_extents(context_.get(), valid_utf8(text).c_str(), &extents);
  return extents.x_advance;
}

void Canvas::clipped(const Box& box, const std::function<void()>& draw) {
  cairo_save(context_.get());
  cairo_rectangle(context_.get(), box.x, box.y, box.width, box.height);
  cairo_clip(context_.get());
  draw();
  cairo_restore(context_.get());
}

std::vector<unsigned char> svg_picture(double width, double height, const Drawing& draw) {
  std::vector<unsigned char> bytes;
  const Surface surface(cairo_svg_surface_create_for_stream(append, &bytes, width, height));
  check(cairo_surface_status(surface.get()));
  {
    Canvas canvas(surface.get());
    draw(canvas);
  }
  cairo_surface_finish(surface.get());
  check(cairo_surface_status(surface.get()));
  return bytes;
}

std::vector<unsigned char> png_picture(double width, double height, double scale, const Drawing& draw) {
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(std::lround(width * scale)),
                                                   static_cast<int>(std::lround(height * scale))));
  check(cairo_surface_status(surface.get()));
  cairo_surface_set_device_scale(surface.get(), scale, scale);
  {
    Canvas canvas(surface.get());
    draw(canvas);
  }
  std::vector<unsigned char> bytes;
  check(cairo_surface_write_to_png_stream(surface.get(), append, &bytes));
  return bytes;
}

}  // namespace pipeline::stage::visualize
