#pragma once

#include <cstdint>
#include <string>

#include "pipeline/data/series.h"

namespace pipeline::stage::evaluate {

/// Times as the written files show them: dates alone where every time is a whole day, row numbers where there is no time.
class RowTimes {
 public:
  /// nullptr: windows made elsewhere, which have numbers only.
  explicit RowTimes(const Series* series);
  [[nodiscard]] std::string at(std::int64_t row) const;

 private:
  const Series* series_;
  bool dates_only_;
};

}  // namespace pipeline::stage::evaluate
