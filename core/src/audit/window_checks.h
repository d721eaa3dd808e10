#pragma once

#include <vector>

#include "audit/finding.h"
#include "audit/subject.h"

namespace pipeline {

/// Whether no row is a target of two splits, and every target lies in the rows of its split.
[[nodiscard]] Finding check_targets(const Windows& windows);
/// Whether every window of a split that was measured is in the metrics.
[[nodiscard]] Finding check_measured(const AuditSubject& subject);

}  // namespace pipeline
