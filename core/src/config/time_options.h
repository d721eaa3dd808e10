#pragma once

#include "config/check.h"

namespace pipeline {

/// Reports what a stage that reads times could not do with its options time_zone, time_format and resample: the same sentences that the
/// stage would end with.
void check_time_options(CheckContext& context, const ComponentInfo& stage, const Node& table, const Value& options);

}  // namespace pipeline
