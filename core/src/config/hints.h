#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

/// What to write instead of a word that Lightning's or Optuna's users expect: "accelerator: write `device` at the top". `where` is "top",
/// "stage" or the name of a kind or table ("model", "trainer", "loader", ...). Empty where the word is not known.
[[nodiscard]] std::string hint_for(std::string_view where, std::string_view word);

/// The end of a sentence about an unknown word: `; did you mean "Y"?` for the name nearest by spelling or by containing the word, else all
/// names where they are few, else nothing.
[[nodiscard]] std::string suggest(std::string_view word, const std::vector<std::string>& names);
/// "a, b and c".
[[nodiscard]] std::string join_names(const std::vector<std::string>& names);

}  // namespace pipeline
