#include "audit/known_ahead_check.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/check.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

using Level = Finding::Level;

constexpr std::uintmax_t most_bytes = 64 << 20;

/// The columns of the file that are said to be known ahead; parts of the calendar always are.
std::vector<std::string> known_columns(const StagePlan& stage) {
  std::vector<std::string> names;
  const Value* known = stage.options.find("known_future");
  for (const Value& name : known && known->is_list() ? known->as_list() : Value::List{}) names.push_back(name.as_string());
  return names;
}

/// The windows over a series; nullptr: none.
const Windows* windows_over(const AuditSubject& subject, const StagePlan& series) {
  for (const AuditSubject::WindowsResult& result : subject.windows) {
    if (giver_of(subject.workflow, *result.stage, series_kind) == &series) return result.windows.get();
  }
  return nullptr;
}

}  // namespace

Finding check_known_ahead(const AuditSubject& subject) {
  std::string unread;
  for (const AuditSubject::SeriesResult& result : subject.series) {
    const std::vector<std::string> names = known_columns(*result.stage);
    const Windows* windows = windows_over(subject, *result.stage);
    if (names.empty() || !windows) continue;
    const std::vector<std::filesystem::path> files =
        source_files(*subject.registry.find("stage", result.stage->type), result.stage->options);
    std::error_code unknown;
    if (files.size() != 1 || std::filesystem::file_size(files.front(), unknown) > most_bytes) {
      unread = join(names, ", ");
      continue;
    }
    const SeriesInfo& info = result.series->info();
    const std::string rows = format_count(windows->info().horizon);
    try {
      static_cast<void>(read_like(files.front(), info,
                                  {.horizon = windows->info().horizon,
                                   .horizons = horizons_of_groups(windows->info().horizons, info),
                                   .registry = &subject.registry}));
    } catch (const Error& error) {
      if (error.status() != ExitStatus::data) throw;
      return {Level::warn, "known ahead",
              "the file does not give " + join(names, ", ") + " for the " + rows +
                  " rows after the last target, so that predict needs --future, or what is not known ahead leaves known_future: " +
                  error.what()};
    }
    return {Level::ok, "known ahead", "the file gives " + join(names, ", ") + " for the " + rows + " rows after the last target"};
  }
  if (!unread.empty()) return {Level::ok, "known ahead", "the source of " + unread + " is large, or several files: not read again"};
  return {Level::ok, "known ahead", "no column of the data is said to be known ahead"};
}

}  // namespace pipeline
