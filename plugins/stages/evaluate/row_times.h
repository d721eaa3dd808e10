#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pipeline/data/series.h"
#include "pipeline/data/time_text.h"
#include "pipeline/data/windows.h"

namespace pipeline::stage::evaluate {

/// The heading of the ids of many series in written files; empty for one series.
[[nodiscard]] std::string series_column_of(const Windows& windows);

/// The times of a series' rows in the form of the written files.
class RowTimes {
 public:
  /// nullptr: windows made elsewhere, which have numbers only.
  explicit RowTimes(const Series* series);
  [[nodiscard]] std::string at(std::int64_t row) const;

 private:
  const Series* series_;
  std::optional<TimeText> text_;
};

}  // namespace pipeline::stage::evaluate
