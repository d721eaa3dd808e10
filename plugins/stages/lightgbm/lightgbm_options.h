#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/options.h"

namespace pipeline::stage::lightgbm {

/// direct: a model for each step ahead. recursive: one model forecasts the next row, and its forecasts are the past of the rows after.
enum class Strategy { direct, recursive };
/// What the trees minimise: the absolute or the squared error.
enum class Objective { l1, l2 };

}  // namespace pipeline::stage::lightgbm

template <>
struct pipeline::Words<pipeline::stage::lightgbm::Strategy> {
  static constexpr std::array words{"direct", "recursive"};
};
template <>
struct pipeline::Words<pipeline::stage::lightgbm::Objective> {
  static constexpr std::array words{"l1", "l2"};
};

namespace pipeline::stage::lightgbm {

/// Names and meanings of trees and their growth are LightGBM's.
struct LightgbmOptions {
  std::vector<std::int64_t> lags;
  std::vector<std::int64_t> rolling_means;
  bool seasonal_difference = true;
  Strategy strategy = Strategy::direct;
  Objective objective = Objective::l1;
  std::vector<double> quantiles;
  std::int64_t num_iterations = 200;
  double learning_rate = 0.1;
  std::int64_t num_leaves = 31;
  std::int64_t min_data_in_leaf = 20;
  double feature_fraction = 1;
  double bagging_fraction = 1;
  std::int64_t bagging_freq = 0;
  double lambda_l2 = 0;
  std::int64_t max_bin = 255;
  std::string library;

  static constexpr auto options() {
    using Options = LightgbmOptions;
    return option_list<Options>(
        option("lags", &Options::lags,
               "The target's values so many rows back; empty: every row of the last season (7 to 48 rows), and one and two seasons back.")
            .between(1, 100'000),
        option("rolling_means", &Options::rolling_means, "Means of so many of the newest values.").between(1, 100'000),
        option("seasonal_difference", &Options::seasonal_difference,
               "Learn the difference from the value a season before (season_length), which carries trends beyond what was seen."),
        option("strategy", &Options::strategy,
               "direct: a model for each step ahead, which reads columns that are not known ahead too. recursive: one model of the next "
               "row, whose forecasts are the past of the rows after: faster, and less exact far ahead."),
        option("objective", &Options::objective, "l1: the absolute error. l2: the squared error."),
        option("quantiles", &Options::quantiles, "Levels of quantiles: a model for each, for each step.").above(0).below(1),
        option("num_iterations", &Options::num_iterations, "Trees of a model.").between(1, 100'000),
        option("learning_rate", &Options::learning_rate, "Shrinkage of each tree.").above(0).at_most(1),
        option("num_leaves", &Options::num_leaves, "Leaves of a tree at most.").between(2, 131'072),
        option("min_data_in_leaf", &Options::min_data_in_leaf, "Training rows of a leaf at least.").at_least(0),
        option("feature_fraction", &Options::feature_fraction, "Share of the columns that a tree may use.").above(0).at_most(1),
        option("bagging_fraction", &Options::bagging_fraction, "Share of the rows that trees learn from; needs bagging_freq.")
            .above(0)
            .at_most(1),
        option("bagging_freq", &Options::bagging_freq, "Draw the rows anew every so many trees; 0: never.").at_least(0),
        option("lambda_l2", &Options::lambda_l2, "L2 regularisation of the leaves.").between(0, 1e9),
        option("max_bin", &Options::max_bin, "Bins of a column at most.").between(2, 65'535),
        option("library", &Options::library, "LightGBM's lib_lightgbm.so, which pip, conda or a build of one's own brings.")
            .role(OptionRole::input_path));
  }
  static std::vector<OptionRule> rules() {
    return {{OptionRule::Kind::restricts,
             "strategy",
             "quantiles",
             "recursive",
             {Value::List{}},
             "has quantiles of the next row alone, which are too narrow for the rows after it; write strategy = \"direct\""}};
  }
};

}  // namespace pipeline::stage::lightgbm
