#pragma once

#include <memory>
#include <span>

#include "pipeline/data/window_source.h"
#include "pipeline/data/windows.h"

namespace pipeline {

/// Windows of a series: `window` rows of inputs, then `horizon` rows of targets. `horizons` [PanelInfo::groups]: those of the series of
/// each group, at most `horizon`; empty: all have `horizon`. `padded`: as in WindowSource::Shape.
[[nodiscard]] std::unique_ptr<const WindowSource> series_source(std::shared_ptr<const Series> series, std::int64_t window,
                                                                std::int64_t horizon, std::span<const std::int64_t> horizons = {},
                                                                bool padded = false);
/// Windows made elsewhere, from info.feature_file [N, window, features] and info.target_file [N, targets] or [N, horizon, targets] (float32
/// or float64). `info.window` and `info.horizon` are set from the files' shapes.
[[nodiscard]] std::unique_ptr<const WindowSource> array_source(WindowsInfo& info);

}  // namespace pipeline
