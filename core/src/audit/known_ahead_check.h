#pragma once

#include "audit/finding.h"
#include "audit/subject.h"

namespace pipeline {

/// Whether the source file gives the columns that are said to be known ahead in the rows after the last target: a column that ends with the
/// target is not known ahead. It reads the file again, unless that is large.
[[nodiscard]] Finding check_known_ahead(const AuditSubject& subject);

}  // namespace pipeline
