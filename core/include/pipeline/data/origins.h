#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/data/tier.h"
#include "pipeline/data/windows.h"
#include "pipeline/export.h"
#include "pipeline/schema.h"
#include "pipeline/value.h"

namespace pipeline {

/// The windows of a split that models are measured on. all: every one. every_horizon: of each series those whose targets do not overlap,
/// counted back from the last one. last: the last one of each series, as in the M competitions.
enum class Origins { all, every_horizon, last };
template <>
struct Words<Origins> {
  static constexpr std::array words{"all", "every_horizon", "last"};
};

/// Which windows of a split are measured.
struct OriginChoice {
  Origins origins = Origins::all;
  /// Rows from one origin to the next, counted back from the last one whose targets lie in the split, in place of what `origins` says; or a
  /// table of them by the words of a frequency column; null: as `origins` says.
  Value step{};
  std::int64_t most = 0;  ///< of each series, from the last one back; 0: all

  [[nodiscard]] bool is_all() const { return origins == Origins::all && step.is_null() && most == 0; }
};

/// The numbers of such windows, ascending.
class PIPELINE_EXPORT MeasuredWindows {
 public:
  /// Error (usage) for windows made elsewhere, whose rows are not known, unless all are measured; and for a table of steps that does not
  /// fit the words of the series.
  MeasuredWindows(const Windows& windows, Split split, const OriginChoice& choice);
  [[nodiscard]] std::int64_t count() const { return count_; }
  /// `count` of them from place `first` on.
  [[nodiscard]] std::vector<std::int64_t> numbers(std::int64_t first, std::int64_t count) const;

 private:
  std::int64_t count_;
  bool all_;
  std::vector<std::int64_t> numbers_{};  ///< unless all are measured
};

}  // namespace pipeline
