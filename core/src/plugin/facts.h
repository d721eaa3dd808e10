#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "plugin/refusal.h"

namespace pipeline {

/// What a plugin library says of itself in its file, readable before any of its code runs.
struct PluginFacts {
  int api = 0;
  std::string abi_tag, torch_version, name, version;
};

/// The facts in a library's file; nothing when the file carries none (it is no plugin). Error (unexpected) when it cannot be read.
[[nodiscard]] std::optional<PluginFacts> read_plugin_facts(const std::filesystem::path& library);

/// Why a plugin with these facts cannot be loaded by this host; code `none` when it can.
[[nodiscard]] Refusal incompatibility(const PluginFacts& facts, const std::string& host_torch_version);

}  // namespace pipeline
