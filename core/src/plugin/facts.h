#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "plugin/refusal.h"

namespace pipeline {

/// The facts about a plugin library in its file, readable before any of its code runs.
struct PluginFacts {
  std::string tiers;  ///< of the SDK that it uses, with their numbers: "author 2 data 1"
  std::string abi_tag, torch_version, name, version;
};

/// "author 2 data 1" as numbers by tier; nothing for another text. A plugin built before there were tiers has one number, for all headers.
[[nodiscard]] std::optional<std::map<std::string, int>> parse_tiers(const std::string& text);
/// The tiers of this host: "author 2, data 1, search 1, train 1, host 1".
[[nodiscard]] std::string host_tiers();

/// The facts in a library's file; nothing when the file carries none (it is no plugin). Error (unexpected) when it cannot be read.
[[nodiscard]] std::optional<PluginFacts> read_plugin_facts(const std::filesystem::path& library);

/// Why a plugin with these facts cannot be loaded by this host; code `none` when it can.
[[nodiscard]] Refusal incompatibility(const PluginFacts& facts, const std::string& host_torch_version);

}  // namespace pipeline
