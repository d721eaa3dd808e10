#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pipeline {

/// The codes of a column's words: 1 for the first word, 2 for the second.
class WordCodes {
 public:
  /// Learns every word that it is asked for.
  WordCodes() = default;
  /// Knows these words alone; any other one has the code 0.
  explicit WordCodes(const std::vector<std::string>& words);
  WordCodes(WordCodes&&) noexcept = default;
  WordCodes& operator=(WordCodes&&) noexcept = default;

  std::int64_t code_of(std::string_view word);
  /// The word of a code from 1 up.
  [[nodiscard]] const std::string& word(std::int64_t code) const { return words_[static_cast<std::size_t>(code - 1)]; }
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(words_.size()); }

 private:
  void add(std::string_view word);

  std::deque<std::string> words_;  // the map refers to them
  std::unordered_map<std::string_view, std::int64_t> codes_;
  bool learns_ = true;
};

}  // namespace pipeline
