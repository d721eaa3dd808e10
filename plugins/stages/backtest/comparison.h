#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pipeline/data/backtest_file.h"

namespace pipeline::stage::backtest {

/// The test of Diebold and Mariano (1995) that the mean of loss differences is 0, with the correction of Harvey, Leybourne and Newbold
/// (1997) for few of them. `differences`: of two forecasters at each cutoff, from old to new. `lags`: of the autocovariances, which is the
/// number of later cutoffs whose horizon overlaps a cutoff's own. The variance of the mean is (g0 + 2 sum g_k) / n; where it is not above 0
/// the autocovariances get Bartlett's weights. forecast::dm.test in R gives the same numbers for h = lags + 1. nullopt: fewer than two
/// differences, no more than lags, or all the same.
[[nodiscard]] std::optional<DieboldMariano> diebold_mariano(std::span<const double> differences, std::int64_t lags);

/// The errors of two forecasters for each series, all above or equal to 0. With 95 % intervals from a thousand bootstrap samples of series.
struct SeriesComparison {
  Bootstrapped skill;     ///< 1 - the geometric mean of the ratios of errors, each at least 0.01 and at most 100
  Bootstrapped win_rate;  ///< the share of series with the smaller error; equal errors count as half
};
/// nullopt without series. The same seed gives the same intervals.
[[nodiscard]] std::optional<SeriesComparison> compare_series(std::span<const double> errors, std::span<const double> reference,
                                                             std::uint64_t seed);

}  // namespace pipeline::stage::backtest
