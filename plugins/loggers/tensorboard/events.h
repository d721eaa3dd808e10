#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "pipeline/logger.h"
#include "proto.h"

namespace pipeline::loggers::tensorboard {

/// The time and place of an event: seconds since 1970 and the global step.
struct Moment {
  double wall_time = 0;
  std::int64_t step = 0;
};

/// Serialised tensorflow.Event messages. The field numbers are those of tensorflow/core/util/event.proto and framework/summary.proto.

/// The first record of every file.
[[nodiscard]] std::string version_event(double wall_time);
/// The scalars of one call as one event. `prefix` precedes every tag.
[[nodiscard]] std::string scalars_event(Moment moment, Scalars scalars, const std::string& prefix);
/// `png` is the encoded picture, width x height pixels.
[[nodiscard]] std::string image_event(Moment moment, const std::string& tag, std::span<const unsigned char> png, int width, int height);
/// An event with one Summary.Value, which comes without its tag.
[[nodiscard]] std::string value_event(Moment moment, const std::string& tag, Message value);

}  // namespace pipeline::loggers::tensorboard
