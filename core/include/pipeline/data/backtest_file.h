#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/data/metrics_file.h"
#include "pipeline/data/tier.h"
#include "pipeline/export.h"
#include "pipeline/value.h"

/// The result of a backtest: the artifact "backtest". Its stage writes backtest.json and backtest.csv into its folder; the report and the
/// audit read them.
namespace pipeline {

/// The metrics of a forecaster at the cutoffs, by the metric's name, in original units. NaN: undefined.
struct BacktestModel {
  std::string name{};                             ///< "train", "baselines/Theta"; "last value" and "last season" need no model
  std::vector<SplitErrors::Numbers> by_cutoff{};  ///< in the order of BacktestRecord::cutoffs
  SplitErrors::Numbers mean{}, spread{};          ///< over cutoffs: the mean, and the sample deviation (of one cutoff there is none)
};

/// The test of Diebold and Mariano with the correction of Harvey, Leybourne and Newbold.
struct DieboldMariano {
  double statistic = 0, p_value = 1;  ///< below 0: the model's errors are smaller; p of both sides, by Student's t
  std::int64_t lags = 0;              ///< of the autocovariances
  bool bartlett = false;              ///< they had Bartlett's weights, since without weights the variance was not above 0
};

/// A number over series, with its 95 % interval.
struct Bootstrapped {
  double value = 0, low = 0, high = 0;
};

/// A model beside the reference: the better of the last value and the last season.
struct BacktestComparison {
  std::string model{};
  double skill = 0;                      ///< of one series 1 - error / reference's error; else 1 - the geometric mean of such ratios
  std::optional<DieboldMariano> test{};  ///< of one series with enough cutoffs
  std::optional<Bootstrapped> skill_of_series{};  ///< of many series
  std::optional<Bootstrapped> win_rate{};         ///< of many series: the share with a smaller error
  std::int64_t series = 1;                        ///< that were compared
};

/// The content of backtest.json.
struct PIPELINE_EXPORT BacktestRecord {
  std::vector<std::string> cutoffs{};    ///< from old to new: the time of the last known row, of many series the newest
  std::int64_t horizon = 1;              ///< the largest of the series
  std::string refit{};                   ///< in words: "every model fitted anew at each cutoff"
  std::int64_t cutoffs_before_test = 0;  ///< whose forecasts begin before the test split of some series
  std::int64_t series = 1;
  std::vector<Measure> measures{};      ///< of the models' numbers, in the order of a table's columns
  std::vector<BacktestModel> models{};  ///< from the smallest mase on; those that need no model come last
  std::string reference{};              ///< the name of the model that others are compared with
  std::vector<BacktestComparison> comparisons{};
};

/// A sentence about a model beside the reference, for people.
[[nodiscard]] PIPELINE_EXPORT std::string sentence_of(const BacktestComparison& comparison, const BacktestRecord& record);
/// "5 cutoffs, 2018-02-19 22:00:00 to 2018-02-23 22:00:00, 24 steps; everything fitted anew at each cutoff".
[[nodiscard]] PIPELINE_EXPORT std::string headline_of(const BacktestRecord& record);
/// The metrics that a short display shows, of those that a record has.
[[nodiscard]] PIPELINE_EXPORT std::vector<Measure> shown_measures(const BacktestRecord& record);
/// "1.23 ± 0.1": mean and spread of a model's metric; "-" where it has none.
[[nodiscard]] PIPELINE_EXPORT std::string spread_text(const BacktestModel& model, const Measure& measure);

inline constexpr const char* backtest_file_name = "backtest.json";

PIPELINE_EXPORT void write_backtest(const std::filesystem::path& folder, const BacktestRecord& record);
/// Error (unexpected) for a missing or damaged file.
[[nodiscard]] PIPELINE_EXPORT BacktestRecord read_backtest(const std::filesystem::path& folder);

}  // namespace pipeline
