#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "data/calendar.h"

namespace pipeline {

/// Finds out whether times show one time of day by their local clocks, as the midnights "2023-01-02 00:00:00-05:00" do. Such rows stand for
/// days of the local calendar: steps are counted on it, although two midnights lie 23 or 25 hours apart where clocks change.
class LocalDays {
 public:
  /// The next time (UTC) and its offset, in nanoseconds.
  void add(std::int64_t time, std::int64_t east) {
    if (!one_clock_) return;
    const std::int64_t local = time + east, clock = local - day_of(local) * nanoseconds_per_day;
    if (rows_ == 0) clock_ = clock;
    one_clock_ = clock == clock_;
    away_ = away_ || east != 0;
    if (runs_.empty() || runs_.back().second != east) runs_.emplace_back(rows_, east);
    ++rows_;
  }
  [[nodiscard]] bool one_clock() const { return one_clock_; }
  /// Whether all times were such, and not all of UTC.
  [[nodiscard]] bool all() const { return one_clock_ && away_; }
  /// Turns the times that were added into what the local clocks show.
  void make_local(std::span<std::int64_t> times) const {
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const std::size_t end = i + 1 < runs_.size() ? runs_[i + 1].first : times.size();
      for (std::size_t row = runs_[i].first; row < end; ++row) times[row] += runs_[i].second;
    }
  }

 private:
  bool one_clock_ = true, away_ = false;
  std::int64_t clock_ = 0;
  std::size_t rows_ = 0;
  std::vector<std::pair<std::size_t, std::int64_t>> runs_;  // first row and offset: a change of the clocks each
};

}  // namespace pipeline
