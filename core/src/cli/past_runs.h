#pragma once

#include <string>
#include <vector>

#include "pipeline/value.h"

namespace pipeline {

/// Records of history.jsonl, read for tables.

/// All headline results of a run: the summaries of its stages in one map. Of trainings, where models were measured, only that of the
/// leading one, if a training leads. The leader's name is "stage", and what it was measured on "measured_on".
[[nodiscard]] Value results_of(const Value& record);
/// The headline metrics of the stages, in their order.
[[nodiscard]] std::vector<std::string> headline_metrics(const std::vector<Value>& records);
/// The metrics in which runs of several workflows compare: those in original units, or divided by the error of a simple forecast, that some
/// run has; without one, the headline metrics. Scaled ones do not, as scalers differ.
[[nodiscard]] std::vector<std::string> comparable_metrics(const std::vector<Value>& records);
/// The options in which the runs that they concern differ.
[[nodiscard]] std::vector<std::string> differing_options(const std::vector<Value>& records);
/// The value of such an option as text; "-" where it does not concern the run.
[[nodiscard]] std::string option_cell(const Value& record, const std::string& name);
/// A number of the results as text; "-" where there is none.
[[nodiscard]] std::string number_cell(const Value& results, const std::string& name);
/// Whether a run succeeded without any work: all of its stages were up to date.
[[nodiscard]] bool did_nothing(const Value& record);
/// The model whose results they are: "train (LSTMModel)", "baselines/Theta"; "-" where none is named.
[[nodiscard]] std::string model_cell(const Value& record);
/// What that model minimised, as the run's options have it; empty where these do not say.
[[nodiscard]] std::string loss_of(const Value& record);
/// What the leading model of a run was measured on, as evaluate's summary tells it; empty: it does not.
[[nodiscard]] std::string measured_on(const Value& record);

}  // namespace pipeline
