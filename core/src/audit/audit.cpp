#include "audit/audit.h"

#include <algorithm>
#include <utility>

#include "audit/choice_checks.h"
#include "audit/series_checks.h"
#include "audit/window_checks.h"

namespace pipeline {

const char* word_of(Finding::Level level) {
  switch (level) {
    case Finding::Level::ok:
      return "ok";
    case Finding::Level::warn:
      return "warn";
    case Finding::Level::fail:
      return "FAIL";
  }
  return "";
}

namespace {

/// Adds what a check found. Where several stages give what it looks at, their findings become one: the worst.
void add(std::vector<Finding>& findings, Finding found) {
  const auto before = std::ranges::find(findings, found.check, &Finding::check);
  if (before == findings.end()) {
    findings.push_back(std::move(found));
  } else if (found.level > before->level) {
    *before = std::move(found);
  }
}

std::int64_t longest_horizon(const AuditSubject& subject) {
  std::int64_t longest = 1;
  for (const AuditSubject::WindowsResult& result : subject.windows) longest = std::max(longest, result.windows->info().horizon);
  return longest;
}

}  // namespace

std::vector<Finding> audit(const AuditSubject& subject) {
  std::vector<Finding> findings;
  for (const AuditSubject::SeriesResult& result : subject.series) add(findings, check_scaling(*result.series));
  for (const AuditSubject::WindowsResult& result : subject.windows) add(findings, check_targets(*result.windows));
  add(findings, check_measured(subject));
  for (const AuditSubject::SeriesResult& result : subject.series) {
    add(findings, check_filling(*result.series));
    add(findings, check_known_columns(*result.series, longest_horizon(subject)));
    add(findings, check_past_columns(*result.series, longest_horizon(subject)));
  }
  for (const AuditSubject::SeriesResult& result : subject.series) {
    add(findings, check_times(*result.series));
    add(findings, check_duplicates(*result.series));
  }
  add(findings, check_choices(subject));
  add(findings, check_looks(subject));
  if (!subject.givers("backtest").empty()) add(findings, check_backtest(subject));
  return findings;
}

}  // namespace pipeline
