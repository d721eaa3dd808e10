#include "data/series_words.h"

#include <algorithm>

namespace pipeline {

std::optional<std::int64_t> SeriesWords::add(std::int64_t series, std::string_view word, std::int64_t file_row) {
  const auto at = static_cast<std::size_t>(series);
  if (at >= series_.size()) series_.resize(at + 1);
  First& first = series_[at];
  const std::int64_t number = words_.number_of(word);
  if (first.word < 0) first = {number, file_row};
  return first.word == number ? std::nullopt : std::optional(first.file_row);
}

}  // namespace pipeline
