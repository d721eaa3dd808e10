#pragma once

#include "pipeline/value.h"
#include "plugin/library.h"

namespace pipeline {

/// A library and its components as plain data, for the cache and for the process that scans, without loss.
[[nodiscard]] Value to_record(const PluginLibrary& library);
/// Error (usage) when a member is missing or of another type.
[[nodiscard]] PluginLibrary library_of(const Value& record);

}  // namespace pipeline
