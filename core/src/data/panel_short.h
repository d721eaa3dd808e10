#pragma once

#include "data/cleaning.h"
#include "data/split.h"
#include "pipeline/log.h"

namespace pipeline {

/// Treats the series of a panel that have too few rows to be split: leaves them out and counts them aloud, or throws an Error (data) that
/// names three of them.
void treat_short_series(CleanTable& data, const SplitRule& rule, const PanelInfo& panel, Log& log);

}  // namespace pipeline
