#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/series_rows.h"

namespace pipeline {

/// How the rows of series are read.
struct RowReading {
  bool across_gaps = false;       ///< gaps = "allow"
  bool drops_incomplete = false;  ///< missing = "drop": a row that is dropped ends a run
};

/// Whether the windows of a guessed workflow fit into many series: the split is the one that is written, shares of the distinct times of
/// all series, and each series is scaled by its own training rows.
class WindowFit {
 public:
  WindowFit(std::span<const RowsOfSeries> series, const RowReading& reading);

  struct Result {
    bool in_each_split = false;       ///< whether train, validation and test have a window
    std::int64_t series_without = 0;  ///< series with no row to train on, or with no window in any split
  };
  [[nodiscard]] Result of(std::int64_t window, std::int64_t horizon) const;
  /// The length such that half of all rows lie in runs of at least so many rows.
  [[nodiscard]] std::int64_t typical_run() const;
  /// Whether every block within which values are filled begins with a complete row: runs, and each split of a series.
  [[nodiscard]] bool can_be_filled() const;

 private:
  struct Run {
    std::size_t first = 0, end = 0;
  };
  struct Pieces {
    std::vector<std::int64_t> times;
    std::vector<bool> complete;
    std::vector<Run> runs;
    bool trains = true;  // has rows to train on
  };
  /// The rows at which the parts of a series end: train, validation, test.
  [[nodiscard]] std::array<std::size_t, 3> parts_of(const Pieces& series) const;
  void find_borders();

  std::vector<Pieces> series_;
  std::optional<std::array<std::int64_t, 2>> borders_;  // the first times of validation and test; nullopt: a split has no time
};

}  // namespace pipeline
