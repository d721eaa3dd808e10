#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/mapped_file.h"

namespace pipeline {

/// A row's place in the order of a table: by series, then by time, then as read.
struct RowKey {
  std::int64_t series = 0;  ///< 0 where the table is one series
  std::int64_t time = 0;
  std::int64_t turn = 0;  ///< the row's turn in the order of reading: from the end where its series runs from new to old
  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

/// The time of a row that is left out.
inline constexpr std::int64_t left_out_time = std::numeric_limits<std::int64_t>::min();

/// What keeps the rows of a file from following each other in time.
struct Disorder {
  bool from_new_to_old = false;             ///< of a table of one series: it runs from new to old
  std::int64_t series_from_new_to_old = 0;  ///< of a panel, those that do
  std::int64_t repeated_times = 0;          ///< times that stand in several rows
  std::int64_t repeats = 0;                 ///< rows whose time an earlier row has
  std::int64_t out_of_order = 0;            ///< other rows that are older than an earlier row
  std::int64_t left_out = 0;                ///< rows without a time
  std::int64_t first_repeat = 0;            ///< the first such row, if there is one
  std::int64_t first_repeated = 0;          ///< the row whose time it repeats
  std::int64_t first_out_of_order = 0;      ///< the first such row, if there is one

  [[nodiscard]] bool needs_order() const { return from_new_to_old || out_of_order > 0; }
};

/// The rows of a table in the order of series and time, with repeats after the row that they repeat: in the order of the file, or from its
/// end where the series runs from new to old. The order lies in a nameless file.
class RowOrder {
 public:
  /// `series`: a code for each row, or none where the table is one series. Rows with `left_out_time` are left out.
  RowOrder(std::span<const std::int64_t> time, std::span<const std::int64_t> series, const std::filesystem::path& scratch);

  [[nodiscard]] const Disorder& disorder() const { return disorder_; }
  /// Sorted; they hold every row but those left out.
  [[nodiscard]] std::span<const RowKey> keys() const { return {keys_.data(), static_cast<std::size_t>(count_)}; }
  /// The row in the file that a key stands for.
  [[nodiscard]] std::int64_t row(const RowKey& key) const;

 private:
  void find_turned(std::span<const std::int64_t> time, std::span<const std::int64_t> series);
  void find_disorder(const std::filesystem::path& scratch);

  struct Run {
    std::int64_t first = 0, end = 0;
  };
  std::int64_t rows_, count_ = 0;
  std::vector<Run> turned_;  // the rows of a series that runs from new to old
  Disorder disorder_;
  ScratchArray<RowKey> keys_;
};

/// Whether each time is later than the one before.
[[nodiscard]] bool strictly_increases(std::span<const std::int64_t> time);
/// Whether the rows run from new to old: most are older than the row before, and so is the last than the first.
[[nodiscard]] bool runs_from_new_to_old(std::span<const std::int64_t> time);

}  // namespace pipeline
