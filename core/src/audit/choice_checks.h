#pragma once

#include "audit/finding.h"
#include "audit/subject.h"

namespace pipeline {

/// Whether anything is chosen by a metric of the test split, as the results say: a checkpoint, a trial, a model, the width of intervals.
/// The stages that ship choose by validation; those of plugins may not.
[[nodiscard]] Finding check_choices(const AuditSubject& subject);
/// How many runs with different options have measured the test split: a choice among them is a choice by test.
[[nodiscard]] Finding check_looks(const AuditSubject& subject);

/// Whether a backtest forecasts only rows that no search has seen; `subject` has a backtest.
[[nodiscard]] Finding check_backtest(const AuditSubject& subject);

}  // namespace pipeline
