#pragma once

#include "cli/verb.h"
#include "pipeline/log.h"

namespace pipeline {

/// Does what `pipeline predict` is asked for; its messages go to `log`.
int predict_with(const Invocation& invocation, Log& log);

}  // namespace pipeline
