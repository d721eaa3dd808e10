#pragma once

#include "pipeline/testing/recording_log.h"

namespace pipeline::test {
using testing::RecordingLog;
}  // namespace pipeline::test
