#include "train/resume_points.h"

#include <doctest/doctest.h>

#include <array>

#include "pipeline/errors.h"

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

TEST_CASE("a training that goes on with another processor's kernels says so, and nothing else may change") {
  const ResumePoint point{.file = {}, .version_dir = "logs/version_0", .key = {{"kernels", "1, avx512"}, {"seed", "1"}}, .content = {}};
  const Key elsewhere{{"kernels", "1, avx2"}, {"seed", "1"}};
  CHECK_NOTHROW(require_same_training(point, elsewhere));
  CHECK(kernels_warning(point, elsewhere) ==
        "the training in logs/version_0 was begun with the kernels 1, avx512 and goes on with 1, avx2: its result will differ in the last "
        "digits "
        "from that of one without a stop");
  CHECK(kernels_warning(point, point.key).empty());
  CHECK(kernels_of(point.key) == "1, avx512");
  CHECK(kernels_of({}).empty());
  CHECK_THROWS_AS(require_same_training(point, {{"kernels", "1, avx512"}, {"seed", "2"}}), Error);
}
