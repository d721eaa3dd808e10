#pragma once

#include <string>
#include <utility>
#include <vector>

#include "events.h"

/// TensorBoard's HParams tab reads three values without data, each with a serialised HParamsPluginData in its metadata
/// (tensorboard/plugins/hparams/plugin_data.proto and api.proto).
namespace pipeline::loggers::tensorboard {

/// A map's leaves under joined names ("model/hidden_size"). As in Lightning, a list becomes its JSON text and null the word None.
[[nodiscard]] std::vector<std::pair<std::string, Value>> flatten(const Value& hyper_parameters);

/// Declares the tab's columns: every hyper-parameter with its type, and the scalars for comparing runs.
[[nodiscard]] std::string experiment_event(Moment moment, const std::vector<std::pair<std::string, Value>>& hyper_parameters,
                                           const std::vector<std::string>& metrics);
/// The values of this run.
[[nodiscard]] std::string session_start_event(Moment moment, const std::vector<std::pair<std::string, Value>>& hyper_parameters);
/// How this run ended.
[[nodiscard]] std::string session_end_event(Moment moment, bool success);

}  // namespace pipeline::loggers::tensorboard
