#pragma once

#include "pipeline/data/series.h"
#include "pipeline/torch/state.h"

namespace pipeline {

/// Key of panel_state() within a checkpoint's entry `pipeline`.
inline constexpr const char* panel_scales_key = "panel_scales";

/// What panel_state() made an entry of, for series of this kind. Error (training) for a damaged entry.
[[nodiscard]] PanelScales panel_scales_of(const State& state, const SeriesInfo& info);

}  // namespace pipeline
