#pragma once

#include "pipeline/registry.h"
#include "pipeline/value.h"

namespace pipeline {

/// The workflow file as a JSON Schema (draft 2020-12), for editors: every key, and every component that the registry knows with its
/// options, defaults and ranges. It refuses what check_workflow refuses, except for names of columns and files and for the graph.
[[nodiscard]] Value workflow_schema(const Registry& registry);

}  // namespace pipeline
