#pragma once

#include <string>
#include <string_view>

namespace pipeline {

/// The cure for a word that users of Lightning or Optuna expect: "accelerator: write `device` at the top". `where` is "top",
/// "stage" or the name of a kind or table ("model", "trainer", "loader", ...). Empty for an unknown word.
[[nodiscard]] std::string hint_for(std::string_view where, std::string_view word);

}  // namespace pipeline
