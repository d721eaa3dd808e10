#include "train/resume_points.h"

#include <doctest/doctest.h>

#include <array>

using namespace pipeline;
using namespace pipeline::stage::train;

namespace {

using Key = std::map<std::string, std::string>;

ResumePoint stopped_by(const char* callback) {
  const State position = State::Map{{"stop_requested", true}, {"stop_reason", "over"}, {"stopped_by", callback}, {"pruned", false}};
  return {.file = {},
          .version_dir = {},
          .key = Key{{"trainer.max_time", "00:01:00:00"}},
          .content = State::Map{{"resume", State::Map{{"position", position}}}}};
}

/// Whether the training is still stopped when it continues.
bool stays_stopped(const char* callback, const Key& key) {
  const std::array<std::string, 2> limiters{"Timer", "AlarmClock"};
  ResumePoint point = stopped_by(callback);
  forget_other_time_limit(point, key, limiters);
  return point.content.at("resume").at("position").at("stop_requested").as_bool();
}

}  // namespace

TEST_CASE("a training that its time limit ended continues under another limit, whichever callback limits the time") {
  const Key longer{{"trainer.max_time", "00:02:00:00"}};
  CHECK_FALSE(stays_stopped("Timer", longer));
  CHECK_FALSE(stays_stopped("AlarmClock", longer));
  CHECK_FALSE(stays_stopped("AlarmClock", {}));  // no limit at all
  CHECK(stays_stopped("EarlyStopping", longer));
  CHECK(stays_stopped("Timer", {{"trainer.max_time", "00:01:00:00"}}));
}
