#pragma once

#include <cstdint>

#include <torch/nn/functional/activation.h>
#include <torch/nn/modules/linear.h>

#include "pipeline/options.h"
#include "pipeline/torch/model.h"

namespace plugin_name_plugin {

struct PluginNameOptions {
  std::int64_t hidden_size = 32;

  /// One line per option: name, member, meaning, range. If a member is not listed, the code does not compile.
  static constexpr auto options() {
    return pipeline::option_list<PluginNameOptions>(
        pipeline::option("hidden_size", &PluginNameOptions::hidden_size, "Units of the hidden layer.").at_least(1).search(8, 128, 8));
  }
};

/// Two linear layers over the whole flattened window.
class PluginName final : public pipeline::Model {
 public:
  using Options = PluginNameOptions;

  PluginName(const Options& options, const pipeline::ModelShape& shape)
      : horizon_(shape.horizon),
        targets_(shape.targets),
        hidden_(register_module("hidden", torch::nn::Linear(shape.window * shape.features, options.hidden_size))),
        output_(register_module("output", torch::nn::Linear(options.hidden_size, shape.horizon * shape.targets))) {}

  /// x [B, W, F] to values [B, H, T].
  pipeline::Forecast forward(const pipeline::Batch& batch) override {
    pipeline::Forecast forecast;
    forecast.values = output_(torch::relu(hidden_(batch.x.flatten(1)))).view({-1, horizon_, targets_});
    return forecast;
  }

 private:
  std::int64_t horizon_, targets_;
  torch::nn::Linear hidden_, output_;
};

}  // namespace plugin_name_plugin
