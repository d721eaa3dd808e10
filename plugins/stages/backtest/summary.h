#pragma once

#include <string>
#include <vector>

#include "pipeline/data/backtest_file.h"
#include "pipeline/value.h"

namespace pipeline::stage::backtest {

/// The result for the terminal: a table of the models with mean and spread over cutoffs, then a sentence for each model beside the
/// reference.
[[nodiscard]] std::vector<std::string> summary_lines(const BacktestRecord& record);
/// Headline results for manifest and history.
[[nodiscard]] Value summary_value(const BacktestRecord& record);

}  // namespace pipeline::stage::backtest
