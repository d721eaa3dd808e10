#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace pipeline {

/// Kinds that plugins can be written for, though no stage of this version uses them.
inline constexpr std::array<std::string_view, 1> planned_kinds{"train_step"};

/// The sentence that says so; empty for other kinds.
[[nodiscard]] inline std::string unused_sentence(std::string_view kind) {
  if (std::ranges::find(planned_kinds, kind) == planned_kinds.end()) return {};
  return "No stage of this version uses a " + std::string(kind) + ": the interface stands, and what runs it comes with a later version";
}

}  // namespace pipeline
