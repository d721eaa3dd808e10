#pragma once

#include <vector>

#include "audit/finding.h"
#include "audit/subject.h"

namespace pipeline {

/// The checks of a workflow's last results that take a moment. Those that read the source again or run the models are apart
/// (known_ahead_check.h, perturbation.h).
[[nodiscard]] std::vector<Finding> audit(const AuditSubject& subject);

}  // namespace pipeline
