#pragma once

/// Marks what a pipeline library shows to others; everything else is hidden.
#define PIPELINE_EXPORT __attribute__((visibility("default")))
