#include "data/word_codes.h"

namespace pipeline {

WordCodes::WordCodes(const std::vector<std::string>& words) : learns_(false) {
  for (const std::string& word : words) add(word);
}

std::int64_t WordCodes::code_of(std::string_view word) {
  if (const auto found = codes_.find(word); found != codes_.end()) return found->second;
  if (!learns_) return 0;
  add(word);
  return size();
}

void WordCodes::add(std::string_view word) {
  words_.emplace_back(word);
  codes_.emplace(words_.back(), size());
}

}  // namespace pipeline
