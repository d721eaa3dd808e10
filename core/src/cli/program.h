#pragma once

#include "pipeline/export.h"

namespace pipeline {

/// The whole program: reads the command line, runs a verb, prints failures as `error:` lines and returns the exit status.
[[nodiscard]] PIPELINE_EXPORT int run_program(int argc, char** argv);

}  // namespace pipeline
