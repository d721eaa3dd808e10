#pragma once

#include "pipeline/data/series.h"
#include "pipeline/data/tier.h"
#include "pipeline/export.h"

namespace pipeline {

/// The scales of the series of a panel that have a training row, and what is fixed in them: what read_like() takes of the training.
[[nodiscard]] PIPELINE_EXPORT PanelScales panel_scales_of(const Series& series);

}  // namespace pipeline
