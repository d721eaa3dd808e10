#include "plugin/facts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <string_view>
#include <utility>

#include "pipeline/data/files.h"
#include "pipeline/plugin.h"

namespace pipeline {

namespace {

/// The next line of `text` from `at`, which moves behind it; nothing if there is no whole, plausible line.
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
  if (!parse_tiers(lines[0])) return std::nullopt;
  return PluginFacts{lines[0], lines[1], lines[2], lines[3], lines[4]};
}

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// In the order of messages.
constexpr std::array<std::pair<const char*, int>, 5> tiers_here{{{"author", PIPELINE_API_AUTHOR},
                                                                 {"data", PIPELINE_API_DATA},
                                                                 {"search", PIPELINE_API_SEARCH},
                                                                 {"train", PIPELINE_API_TRAIN},
                                                                 {"host", PIPELINE_API_HOST}}};

/// Why a library of these tiers cannot be loaded; empty if it can.
std::string other_tiers(const std::string& text) {
  const std::map<std::string, int> tiers = parse_tiers(text).value_or(std::map<std::string, int>{});
  for (const auto& [name, number] : tiers) {
    const auto here = std::ranges::find(tiers_here, name, [](const auto& tier) { return std::string_view(tier.first); });
    if (here == tiers_here.end()) return "uses the tier " + name + " of the plugin API, which this host does not have";
    if (here->second != number)
      return "built for plugin API " + name + " " + std::to_string(number) + ", this host has " + name + " " + std::to_string(here->second);
  }
  return {};
}

}  // namespace

std::optional<std::map<std::string, int>> parse_tiers(const std::string& text) {
  if (const auto number = number_of(text)) return std::map<std::string, int>{{"author", *number}};
  std::map<std::string, int> tiers;
  std::istringstream words(text);
  for (std::string name, digits; words >> name;) {
    const auto number = words >> digits ? number_of(digits) : std::nullopt;
    if (!number) return std::nullopt;
    tiers[name] = *number;
  }
  return tiers.contains("author") ? std::optional(tiers) : std::nullopt;
}

std::string host_tiers() {
  std::string text;
  for (const auto& [name, number] : tiers_here) text += (text.empty() ? "" : ", ") + std::string(name) + " " + std::to_string(number);
  return text;
}

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
  if (const std::string other = other_tiers(facts.tiers); !other.empty())
    return {RefusalCode::other_api, other + ": rebuild it against this host's headers"};
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
