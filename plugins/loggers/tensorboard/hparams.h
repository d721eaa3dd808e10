#pragma once

#include <string>
#include <utility>
#include <vector>

#include "events.h"

/// What TensorBoard's HParams tab reads: three values without data, each with a serialised HParamsPluginData in its metadata
/// (tensorboard/plugins/hparams/plugin_data.proto and api.proto).
namespace pipeline::loggers::tensorboard {

/// A map's leaves under joined names ("model/hidden_size"); lists become their JSON text, null the word None, as Lightning flattens them.
[[nodiscard]] std::vector<std::pair<std::string, Value>> flatten(const Value& hyper_parameters);

/// Declares the tab's columns: every hyper-parameter with its type, and the scalars by which runs are compared.
[[nodiscard]] std::string experiment_event(Moment moment, const std::vector<std::pair<std::string, Value>>& hyper_parameters,
                                           const std::vector<std::string>& metrics);
/// The values of this run.
[[nodiscard]] std::string session_start_event(Moment moment, const std::vector<std::pair<std::string, Value>>& hyper_parameters);
/// How this run ended.
[[nodiscard]] std::string session_end_event(Moment moment, bool success);

}  // namespace pipeline::loggers::tensorboard
