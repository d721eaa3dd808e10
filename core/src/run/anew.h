#pragma once

#include <atomic>
#include <map>
#include <string>

#include "config/workflow.h"
#include "pipeline/host/anew.h"
#include "pipeline/registry.h"

namespace pipeline {

/// The stage that runs others anew.
struct Anew {
  std::string stage;
  const std::map<std::string, std::string>& key;  ///< its own, which resume points of the others are told by
  bool resume = false;
};

/// What the others need of the program.
struct AnewServices {
  const Workflow& workflow;
  const Registry& registry;
  Log& log;
  const std::atomic<int>& cancel;
};

/// An AnewRunner, for a stage of the workflow.
[[nodiscard]] AnewResult run_anew(const AnewRequest& request, const Anew& by, const AnewServices& services);

}  // namespace pipeline
