#pragma once

#include <string>

#include "figure.h"
#include "next_forecast.h"
#include "pipeline/value.h"

namespace pipeline::stage::visualize {

/// The forecast in a sentence. `next` has targets.
[[nodiscard]] std::string lead_of(const Next& next);
/// The picture: each target's last rows and its forecast with intervals, six of many. `next` has targets.
[[nodiscard]] Figure next_figure(const Next& next);
/// For report.js: { has_time, label, targets: [{ name, example }] }; null without a forecast.
[[nodiscard]] Value next_data(const Next& next);
/// The first part of the report: the forecast in words and as tables, or why there is none. `workflow`: its file's name.
void add_next_view(const Next& next, const std::string& workflow, Value& view);

}  // namespace pipeline::stage::visualize
