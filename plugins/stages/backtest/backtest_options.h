#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/options.h"

namespace pipeline::stage::backtest {

struct BacktestOptions {
  std::int64_t n_windows = 5;
  Value step_size{};
  std::int64_t gap = 0;
  Value val{};
  Value refit = true;
  bool expanding = true;
  std::vector<std::string> select{};
  std::int64_t workers = 1;

  static constexpr auto options() {
    return option_list<BacktestOptions>(
        option("n_windows", &BacktestOptions::n_windows, "Cutoffs, from each of which the whole horizon is forecast.").between(1, 100'000),
        option(
            "step_size", &BacktestOptions::step_size,
            "Rows from one cutoff to the next; of series of several frequencies also a table by the words of frequency_column. Unset: the "
            "horizon.")
            .whole_number()
            .or_by_name()
            .at_least(1)
            .unit("rows"),
        option("gap", &BacktestOptions::gap, "Rows between the last one that a model is fitted or validated on and the first forecast.")
            .between(0, 1'000'000)
            .unit("rows"),
        option("val", &BacktestOptions::val,
               "Rows before each cutoff and gap for early stopping, ranking and intervals; also a table. Unset: as many as `split` gives "
               "validation.")
            .whole_number()
            .or_by_name()
            .at_least(0)
            .unit("rows"),
        option("refit", &BacktestOptions::refit,
               "true: everything is fitted anew at each cutoff, scalers too; k: at every k-th; false: the trained models forecast from all "
               "cutoffs in one pass.")
            .flag()
            .whole_number()
            .at_least(1),
        option("expanding", &BacktestOptions::expanding,
               "Each cutoff has all rows before it to train on; false: as many as the first one, the latest."),
        option("select", &BacktestOptions::select, "The stages whose models are tested; empty: all that the measuring stage measures."),
        option("workers", &BacktestOptions::workers, "Folds that are fitted at once, each in a process with its part of the threads.")
            .between(1, 4096));
  }
};

}  // namespace pipeline::stage::backtest
