#include "../lstm.h"

#include <torch/nn/modules/linear.h>

#include "pipeline/plugin.h"
#include "pipeline/torch/model.h"

namespace pipeline::model::lstm {

/// Stacked LSTM; a linear layer maps the last step's output to the whole forecast. Submodules and their order of construction are those of
/// the PyTorch original, so that the same seed gives the same weights.
class LSTMModel final : public Model {
 public:
  using Options = LSTMOptions;

  LSTMModel(const Options& options, const ModelShape& shape) : horizon_(shape.horizon), targets_(shape.targets) {
    lstm_ = register_module("lstm", make_lstm(options, shape.features));
    fc_ = register_module("fc", torch::nn::Linear(options.output_width(), horizon_ * targets_));
  }

  /// x [B, W, F] to [B, H, T]; the linear layer's outputs are step-major.
  Forecast forward(const Batch& batch) override {
    const torch::Tensor outputs = std::get<0>(lstm_(batch.x));  // [B, W, width]
    Forecast forecast;
    forecast.values = fc_(outputs.select(1, outputs.size(1) - 1)).view({batch.x.size(0), horizon_, targets_});
    return forecast;
  }

 private:
  std::int64_t horizon_, targets_;
  torch::nn::LSTM lstm_{nullptr};
  torch::nn::Linear fc_{nullptr};
};

}  // namespace pipeline::model::lstm

PIPELINE_PLUGIN("lstm", "1.1.0", "Apache-2.0", "LSTM forecaster.") {
  registrar.add<pipeline::Model, pipeline::model::lstm::LSTMModel>("LSTMModel", "Stacked LSTM with a linear layer on the last step.")
      .reference("Hochreiter and Schmidhuber, Long Short-Term Memory, 1997; torch.nn.LSTM");
}
