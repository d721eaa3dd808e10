#pragma once

#include <atomic>
#include <filesystem>

#include "audit/finding.h"
#include "audit/subject.h"

namespace pipeline {

/// Whether a trained model's forecasts know what comes after their origin: the rows that up to 32 test windows forecast are replaced by
/// noise in a copy of the series, the stage that measures runs on the copy, and the forecasts from those origins must be the same to the
/// last bit. Columns known ahead stay as they are. `scratch`: an empty folder. The models run twice.
[[nodiscard]] Finding check_perturbation(const AuditSubject& subject, const std::filesystem::path& scratch, const std::atomic<int>& cancel);

}  // namespace pipeline
