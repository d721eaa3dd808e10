#pragma once

#include <map>
#include <string>

#include "config/workflow.h"
#include "pipeline/host/anew.h"
#include "pipeline/registry.h"
#include "run/executor.h"

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
  const RunServices& services;
};

/// An AnewRunner, for a stage of the workflow: an inner run of the stages before the last one, whose place the stage that asks takes.
[[nodiscard]] AnewResult run_anew(const AnewRequest& request, const Anew& by, const AnewServices& program);

}  // namespace pipeline
