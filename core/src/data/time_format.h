#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/written_time.h"

namespace pipeline {

/// How times are written, in the words of strptime: %Y %y %m %d %H %M %S and its others, with English names of months and days. Beside
/// them: %f (fraction of a second), %q (quarter, 1 to 4), %G with %V (year and week of ISO 8601; %u is the day, else Monday). %H takes 24
/// too, the next midnight, and 25. A space stands for any number of them, and numbers need no leading zeros.
class TimeFormat {
 public:
  /// Error (usage) for a letter that it does not know.
  explicit TimeFormat(std::string_view format);

  /// Whether the whole text fits.
  [[nodiscard]] bool read(std::string_view text, WrittenTime& out) const;
  /// The format up to its clock, and from there on; empty where it has no clock or begins with it.
  [[nodiscard]] std::string date_part() const;
  [[nodiscard]] std::string clock_part() const;

 private:
  std::string text_;  // "%T" and its like written out
};

}  // namespace pipeline
