#include "plugin/facts.h"

#include <array>
#include <charconv>
#include <string_view>

#include "pipeline/data/files.h"
#include "pipeline/plugin.h"

namespace pipeline {

namespace {

/// The next line of `text` from `at`, which moves behind it; nothing when there is no whole, plausible line.
std::optional<std::string> next_line(std::string_view text, std::size_t& at) {
  constexpr std::size_t longest = 256;
  const std::size_t end = text.find('\n', at);
  if (end == std::string_view::npos || end - at > longest) return std::nullopt;
  std::string line(text.substr(at, end - at));
  at = end + 1;
  return line;
}

std::optional<PluginFacts> parse_facts(std::string_view text, std::size_t at) {
  std::array<std::string, 5> lines;
  for (std::string& line : lines) {
    auto next = next_line(text, at);
    if (!next) return std::nullopt;
    line = std::move(*next);
  }
  PluginFacts facts{0, lines[1], lines[2], lines[3], lines[4]};
  const auto [end, error] = std::from_chars(lines[0].data(), lines[0].data() + lines[0].size(), facts.api);
  if (error != std::errc{} || end != lines[0].data() + lines[0].size()) return std::nullopt;
  return facts;
}

}  // namespace

std::optional<PluginFacts> read_plugin_facts(const std::filesystem::path& library) {
  const std::string content = read_text(library);
  if (!content.starts_with("\x7f"
                           "ELF"))
    return std::nullopt;
  const std::string_view marker = plugin_facts_marker;
  for (std::size_t at = content.find(marker); at != std::string::npos; at = content.find(marker, at + 1)) {
    if (auto facts = parse_facts(content, at + marker.size())) return facts;
  }
  return std::nullopt;
}

Refusal incompatibility(const PluginFacts& facts, const std::string& host_torch_version) {
  if (facts.api != PIPELINE_PLUGIN_API) {
    return {RefusalCode::other_api, "built for plugin API " + std::to_string(facts.api) + ", this host has " +
                                        std::to_string(PIPELINE_PLUGIN_API) + ": rebuild it against this host's headers"};
  }
  if (facts.abi_tag != PIPELINE_ABI_TAG) {
    return {RefusalCode::other_abi,
            "built with the C++ ABI " + facts.abi_tag + ", this host has " + PIPELINE_ABI_TAG + ": rebuild it with this host's compiler"};
  }
  if (!facts.torch_version.empty() && facts.torch_version != host_torch_version) {
    return {RefusalCode::other_libtorch,
            "built for LibTorch " + facts.torch_version + ", this host has " + host_torch_version + ": rebuild it against this LibTorch"};
  }
  return {};
}

}  // namespace pipeline
