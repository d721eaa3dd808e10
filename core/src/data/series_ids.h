#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pipeline {

/// The ids of a file's series, numbered in the order in which they first appear. An id of several cells is joined by "/", without the empty
/// ones.
class SeriesIds {
 public:
  /// The number of the series whose id has these cells. `is_new` tells whether it was not seen before. Error (data), without a place, if
  /// all cells are empty, or where other cells join to the same id.
  std::int64_t number_of(std::span<const std::string_view> cells);
  std::int64_t number_of(std::string_view cell) { return number_of(std::span(&cell, 1)); }

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(ids_.size()); }
  [[nodiscard]] const std::string& operator[](std::int64_t series) const { return ids_[static_cast<std::size_t>(series)]; }

 private:
  std::deque<std::string> keys_, ids_;  // the maps refer to them
  std::unordered_map<std::string_view, std::int64_t> by_key_, by_id_;
  std::string key_;
  std::int64_t last_ = -1;  // rows of one series often follow each other
};

/// Up to three of the ids for a sentence: `"a", "b", "c" and 12 more`.
[[nodiscard]] std::string named_series(std::span<const std::string> ids, std::int64_t count);

}  // namespace pipeline
