#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/csv_reader.h"
#include "data/time_zone.h"

namespace pipeline {

/// The time of each row of a file, as `run` understands it. Local times become UTC within each series, since only there the order of the
/// rows tells the hours that the clocks show twice apart.
class FileTimes {
 public:
  /// Of the columns, joined by spaces, in the format. `zone`: of times without an offset; null: they stay as written.
  FileTimes(const CsvFile& file, const std::vector<std::string>& columns, const std::string& format, const TimeZone* zone);

  /// Whether some row has no time: then there are none.
  [[nodiscard]] bool empty() const { return times_.empty(); }
  [[nodiscard]] std::int64_t rows() const { return std::ssize(times_); }
  /// The times, if the rows belong to these series.
  [[nodiscard]] std::vector<std::int64_t> of_series(const std::vector<std::int64_t>& series) const;

 private:
  void read_clocks(std::vector<std::int64_t>& times, const std::vector<std::size_t>& rows) const;

  const TimeZone* zone_;
  std::vector<std::int64_t> times_;
  std::vector<std::int32_t> clock_;  // of each row the seconds from midnight, where the times are local and have a zone
};

}  // namespace pipeline
