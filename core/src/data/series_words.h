#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/series_ids.h"

namespace pipeline {

/// A word of each series, which all its rows repeat. Words are numbered in the order in which they first appear.
class SeriesWords {
 public:
  /// Takes the word of a row of the file. A row of the file at which the series had another word, if there is one.
  [[nodiscard]] std::optional<std::int64_t> add(std::int64_t series, std::string_view word, std::int64_t file_row);

  [[nodiscard]] std::int64_t size() const { return words_.size(); }
  [[nodiscard]] const std::string& operator[](std::int64_t word) const { return words_[word]; }
  /// The number of a series' word.
  [[nodiscard]] std::int64_t of(std::int64_t series) const { return series_[static_cast<std::size_t>(series)].word; }

 private:
  struct First {
    std::int64_t word = -1, file_row = 0;
  };
  SeriesIds words_;
  std::vector<First> series_;
};

}  // namespace pipeline
