#pragma once

#include <cstdint>
#include <string>

#include <torch/nn/module.h>

namespace pipeline::callbacks::model_summary {

/// A table of the submodules (name, type, parameters, train or eval) down to `max_depth` levels (-1: all), with the totals below it, in the
/// layout of Lightning's ModelSummary.
[[nodiscard]] std::string summarize(const torch::nn::Module& model, std::int64_t max_depth);

/// 1234 as "1.2 K", 2000000 as "2.0 M", 123 as "123  ".
[[nodiscard]] std::string human_count(std::int64_t number);

/// "torch::nn::LSTMImpl" as "LSTM".
[[nodiscard]] std::string layer_type(const std::string& type_name);

}  // namespace pipeline::callbacks::model_summary
