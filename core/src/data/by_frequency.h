#pragma once

#include <string>
#include <vector>

#include "pipeline/data/series.h"
#include "pipeline/value.h"

namespace pipeline {

/// The words of the frequency groups of a panel; empty if there are none.
[[nodiscard]] std::vector<std::string> frequency_words(const SeriesInfo& info);

/// What is wrong with a table by frequency words, as a sentence with the cure: it lacks one of `words`, has another one, or there are no
/// words. Empty: nothing. `option` names the table in the sentence.
[[nodiscard]] std::string frequency_table_mistake(const std::string& option, const Value& table, const std::vector<std::string>& words);

/// Error (usage) with that sentence.
void require_words(const std::string& option, const Value& table, const std::vector<std::string>& words);

}  // namespace pipeline
