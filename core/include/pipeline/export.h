#pragma once

/// Exports a symbol from a pipeline library; all other symbols are hidden.
#define PIPELINE_EXPORT __attribute__((visibility("default")))
