#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>

#include "pipeline/options.h"
#include "pipeline/plugin.h"
#include "pipeline/torch/model.h"

namespace pipeline::model::lstm {

struct LSTMModelOptions {
  std::int64_t hidden_size = 128;
  std::int64_t num_layers = 5;
  double dropout = 0;
  bool bidirectional = false;

  static constexpr auto options() {
    return option_list<LSTMModelOptions>(
        option("hidden_size", &LSTMModelOptions::hidden_size, "Width of each layer's state.").at_least(1).search(32, 128, 16),
        option("num_layers", &LSTMModelOptions::num_layers, "Layers on top of each other.").at_least(1).search(1, 5),
        option("dropout", &LSTMModelOptions::dropout, "Share of values dropped between layers while training.")
            .at_least(0)
            .below(1)
            .search(0, 0.5),
        option("bidirectional", &LSTMModelOptions::bidirectional, "Read the window backwards as well."));
  }
};

/// Stacked LSTM; a linear layer maps the last step's output to the whole forecast. Submodules and their order of construction are those of
/// the PyTorch original, so that the same seed gives the same weights.
class LSTMModel final : public Model {
 public:
  using Options = LSTMModelOptions;

  LSTMModel(const Options& options, const ModelShape& shape) : horizon_(shape.horizon), targets_(shape.targets) {
    lstm_ = register_module("lstm", torch::nn::LSTM(torch::nn::LSTMOptions(shape.features, options.hidden_size)
                                                        .num_layers(options.num_layers)
                                                        .batch_first(true)
                                                        .dropout(options.dropout)
                                                        .bidirectional(options.bidirectional)));
    fc_ = register_module("fc", torch::nn::Linear(options.hidden_size * (options.bidirectional ? 2 : 1), horizon_ * targets_));
  }

  /// x [B, W, F] to [B, H, T]; the linear layer's outputs are step-major.
  Forecast forward(const Batch& batch) override {
    const torch::Tensor states = std::get<0>(lstm_(batch.x));  // [B, W, hidden]
    Forecast forecast;
    forecast.values = fc_(states.select(1, states.size(1) - 1)).view({batch.x.size(0), horizon_, targets_});
    return forecast;
  }

 private:
  std::int64_t horizon_, targets_;
  torch::nn::LSTM lstm_{nullptr};
  torch::nn::Linear fc_{nullptr};
};

}  // namespace pipeline::model::lstm

PIPELINE_PLUGIN("lstm", "1.0.0", "Apache-2.0", "LSTM forecaster.") {
  registrar.add<pipeline::Model, pipeline::model::lstm::LSTMModel>("LSTMModel", "Stacked LSTM with a linear layer on the last step.")
      .reference("Hochreiter and Schmidhuber, Long Short-Term Memory, 1997; torch.nn.LSTM");
}
