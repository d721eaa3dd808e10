#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/time_axis.h"
#include "data/time_zone.h"
#include "pipeline/value.h"

namespace pipeline {

/// The value of a column over the rows of a bucket.
enum class Summary { mean, sum, min, max, first, last };

/// The option `resample`: one row for each bucket of time.
struct Resampling {
  Frequency every;            ///< a step, or months
  std::vector<Summary> how;   ///< by column
  bool closed_right = false;  ///< a row at the border of two buckets belongs to the earlier, as times that end their interval do
  double min_share = 1;       ///< of a regular step: with a smaller share of its values a bucket has none

  /// resample = { every = "1h", how = { y = "sum" }, closed = "left", min_share = 1.0 }. `columns`: all names; `targets`: those that `how`
  /// must name; others have the mean. Error (usage) for anything else.
  [[nodiscard]] static Resampling parse(const Value& value, const std::vector<std::string>& columns,
                                        const std::vector<std::string>& targets);
};

/// The borders of buckets, by the local calendar where there is a zone: buckets of days and longer are days of it; shorter ones are counted
/// on from the local midnight before the first row, so that all have one length.
class Buckets {
 public:
  /// `zone`: of times in UTC; null: times are as written.
  Buckets(const Resampling& resampling, std::shared_ptr<const TimeZone> zone, std::int64_t first_time);

  /// The begin of the bucket that a time lies in, and of the one after it, in the unit of the times.
  struct Bucket {
    std::int64_t begin = 0, end = 0;
    std::int64_t label = 0;  ///< the begin; local for buckets of days
  };
  [[nodiscard]] Bucket at(std::int64_t time) const;
  /// Whether the buckets are days or longer, so that their labels are dates.
  [[nodiscard]] bool are_days() const;

 private:
  [[nodiscard]] std::int64_t local_begin(std::int64_t local) const;
  const Resampling& resampling_;
  std::shared_ptr<const TimeZone> zone_;
  std::int64_t midnight_ = 0;  // UTC; of short buckets in a zone
};

}  // namespace pipeline
