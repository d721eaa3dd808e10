#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/workflow.h"
#include "pipeline/data/series.h"
#include "pipeline/data/windows.h"
#include "pipeline/registry.h"

namespace pipeline {

/// The results of a workflow that an audit looks at.
struct AuditSubject {
  struct SeriesResult {
    const StagePlan* stage = nullptr;
    std::shared_ptr<const Series> series;
  };
  struct WindowsResult {
    const StagePlan* stage = nullptr;
    std::shared_ptr<const Windows> windows;
  };

  const Workflow& workflow;
  const Registry& registry;
  std::filesystem::path run_folder;
  std::vector<SeriesResult> series;    ///< of every stage that gives one
  std::vector<WindowsResult> windows;  ///< of every stage that slices

  /// The stages that give a kind of artifact and have run.
  [[nodiscard]] std::vector<const StagePlan*> givers(const std::string& kind) const;
};

/// Opens what the last run left. Error (usage) if nothing was sliced yet.
[[nodiscard]] AuditSubject read_subject(const Workflow& workflow, const Registry& registry);

}  // namespace pipeline
