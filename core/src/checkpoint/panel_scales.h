#pragma once

#include "pipeline/data/series.h"
#include "pipeline/torch/state.h"

namespace pipeline {

/// Key of panel_state() within a checkpoint's entry `pipeline`.
inline constexpr const char* panel_scales_key = "panel_scales";

/// The scales that panel_state() made an entry of; `columns`: of the series. Error (training) for a damaged entry.
[[nodiscard]] PanelScales panel_scales_of(const State& state, std::size_t columns);
/// The scales of a panel's series.
[[nodiscard]] PanelScales panel_scales_of(const Series& series);

}  // namespace pipeline
