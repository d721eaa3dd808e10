#pragma once

#include <string>
#include <string_view>

namespace pipeline {

/// What to write instead of a word that Lightning's or Optuna's users expect: "accelerator: write `device` at the top". `where` is "top",
/// "stage" or the name of a kind or table ("model", "trainer", "loader", ...). Empty where the word is not known.
[[nodiscard]] std::string hint_for(std::string_view where, std::string_view word);

}  // namespace pipeline
