#pragma once

#include <string>

#include "data/cleaning.h"

namespace pipeline {

/// Understands the time of each series of a panel: sets `data.axis`, without its segments, and `data.segments`. All series have one step;
/// with frequency = "infer" it is the one that most of them have. Error (data) names three series with another step, or the first gap.
void understand_panel(CleanTable& data, const std::string& frequency, const std::string& gaps);

}  // namespace pipeline
