#pragma once

#include <string_view>
#include <vector>

namespace pipeline {

/// A file of core/templates: "model/plugin.cpp" belongs to one kind, "common/README.md" to all.
struct PluginTemplate {
  std::string_view path, text;
};
[[nodiscard]] std::vector<PluginTemplate> plugin_templates();

}  // namespace pipeline
