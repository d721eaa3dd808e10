#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>

#include "pipeline/options.h"
#include "pipeline/plugin.h"
#include "pipeline/torch/model.h"

namespace pipeline::model::cnn {

struct CNNModelOptions {
  std::int64_t channels = 64;
  std::int64_t num_layers = 2;
  std::int64_t kernel_size = 3;
  double dropout = 0;

  static constexpr auto options() {
    return option_list<CNNModelOptions>(
        option("channels", &CNNModelOptions::channels, "Channels that each convolution gives.").between(1, 65536).search(16, 128, 16),
        option("num_layers", &CNNModelOptions::num_layers, "Convolutions on top of each other.").between(1, 1000).search(1, 4),
        option("kernel_size", &CNNModelOptions::kernel_size, "Steps of the window that a convolution sees at once.")
            .between(1, 65536)
            .search(3, 9, 2),
        option("dropout", &CNNModelOptions::dropout, "Share of values dropped after each convolution while training.")
            .at_least(0)
            .below(1)
            .search(0, 0.5));
  }
};

/// Convolutions over time that keep the window's length, each followed by ReLU and dropout. A ForecastHead maps all outputs of the last
/// one, and what is known of the horizon, to the whole forecast.
class CNNModel final : public Model {
 public:
  using Options = CNNModelOptions;

  CNNModel(const Options& options, const ModelShape& shape)
      : past_(*this, "past_words", shape),
        convolutions_(register_module("conv", convolutions(options, past_.width()))),
        head_(*this, "fc", options.channels * shape.window, shape, known_inputs) {}

  /// x [B, W, F] to [B, H, T].
  Forecast forward(const Batch& batch) override { return head_(convolutions_->forward(past_(batch).transpose(1, 2)).flatten(1), batch); }

  [[nodiscard]] Inputs inputs() const override { return past_.inputs() | head_.inputs(); }

  [[nodiscard]] OutputSpec output() const override { return head_.output(); }

 private:
  /// From [B, inputs, W] to [B, channels, W].
  static torch::nn::Sequential convolutions(const Options& options, std::int64_t inputs) {
    torch::nn::Sequential layers;
    for (std::int64_t layer = 0; layer < options.num_layers; ++layer) {
      const std::int64_t channels_in = layer == 0 ? inputs : options.channels;
      layers->push_back(
          torch::nn::Conv1d(torch::nn::Conv1dOptions(channels_in, options.channels, options.kernel_size).padding(torch::kSame)));
      layers->push_back(torch::nn::ReLU());
      layers->push_back(torch::nn::Dropout(options.dropout));
    }
    return layers;
  }

  PastColumns past_;
  torch::nn::Sequential convolutions_;
  ForecastHead head_;
};

}  // namespace pipeline::model::cnn

PIPELINE_PLUGIN("cnn", "1.0.0", "Apache-2.0", "Forecaster of 1-D convolutions.") {
  registrar.add<pipeline::Model, pipeline::model::cnn::CNNModel>("CNNModel", "Convolutions over time with a linear layer on all steps.")
      .reference("Waibel et al., Phoneme Recognition Using Time-Delay Neural Networks, 1989; torch.nn.Conv1d");
}
