#include "events.h"

#include <string_view>
#include <utility>

namespace pipeline::loggers::tensorboard {

namespace {

namespace event {
constexpr unsigned wall_time = 1, step = 2, file_version = 3, summary = 5, source_metadata = 10;
}
namespace summary_value {
constexpr unsigned tag = 1, simple_value = 2, image = 4;
}
constexpr unsigned summary_of_value = 1, source_writer = 1;

std::string summary_event(Moment moment, const Message& summary) {
  return Message()
      .number(event::wall_time, moment.wall_time)
      .integer(event::step, static_cast<std::uint64_t>(moment.step))
      .message(event::summary, summary)
      .bytes();
}

/// The colour type of a PNG (byte 25, in its IHDR) as the number of channels: 1 grey, 3 RGB, 4 RGBA.
unsigned channels_of(std::span<const unsigned char> png) {
  constexpr std::size_t colour_type = 25;
  if (png.size() <= colour_type) return 4;
  return png[colour_type] == 0 ? 1 : png[colour_type] == 2 || png[colour_type] == 3 ? 3 : 4;
}

}  // namespace

std::string version_event(double wall_time) {
  return Message()
      .number(event::wall_time, wall_time)
      .text(event::file_version, "brain.Event:2")
      .message(event::source_metadata, Message().text(source_writer, "pipeline"))
      .bytes();
}

std::string scalars_event(Moment moment, Scalars scalars, const std::string& prefix) {
  // simple_value (float32), not a double tensor: EventAccumulator.Scalars() and scripts for Lightning's logs read only simple_value. Exact
  // doubles are in metrics.csv, metrics.json and the checkpoints.
  Message summary;
  for (const auto& [name, number] : scalars) {
    Message value;
    prefix.empty() ? value.text(summary_value::tag, name) : value.text(summary_value::tag, prefix + name);
    value.single(summary_value::simple_value, static_cast<float>(number));
    summary.message(summary_of_value, value);
  }
  return summary_event(moment, summary);
}

std::string image_event(Moment moment, const std::string& tag, std::span<const unsigned char> png, int width, int height) {
  constexpr unsigned field_height = 1, field_width = 2, colorspace = 3, encoded = 4;
  Message image;
  image.integer(field_height, static_cast<std::uint64_t>(height))
      .integer(field_width, static_cast<std::uint64_t>(width))
      .integer(colorspace, channels_of(png))
      .text(encoded, {reinterpret_cast<const char*>(png.data()), png.size()});
  return value_event(moment, tag, std::move(Message().message(summary_value::image, image)));
}

std::string value_event(Moment moment, const std::string& tag, Message value) {
  value.text(summary_value::tag, tag);
  return summary_event(moment, Message().message(summary_of_value, value));
}

}  // namespace pipeline::loggers::tensorboard
