#include "data/by_frequency.h"

#include <algorithm>

#include "pipeline/errors.h"
#include "pipeline/schema.h"

namespace pipeline {

std::vector<std::string> frequency_words(const SeriesInfo& info) {
  std::vector<std::string> words;
  if (!info.panel) return words;
  for (const FrequencyGroup& group : info.panel->groups) words.push_back(group.word);
  return words;
}

std::string frequency_table_mistake(const std::string& option, const Value& table, const std::vector<std::string>& words) {
  if (words.empty())
    return option +
           " is a table by the words of a frequency_column, and the series have none: write one number, or frequency_column in "
           "the stage that reads the series";
  for (const auto& [word, number] : table.as_map()) {
    if (std::ranges::find(words, word) == words.end())
      return option + " has a number for \"" + word + "\", which no row of frequency_column holds" + suggest(word, words);
  }
  for (const std::string& word : words) {
    if (!table.find(word)) return option + " has no number for \"" + word + "\", a word of frequency_column: add " + word + " = ...";
  }
  return {};
}

void require_words(const std::string& option, const Value& table, const std::vector<std::string>& words) {
  if (const std::string mistake = frequency_table_mistake(option, table, words); !mistake.empty()) throw usage_error(mistake);
}

}  // namespace pipeline
