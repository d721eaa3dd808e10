#include "../lstm.h"

#include <torch/nn/modules/linear.h>

#include "pipeline/plugin.h"
#include "pipeline/torch/model.h"

namespace pipeline::model::lstm_attention {

/// Stacked LSTM whose outputs are averaged with learned weights: a linear layer scores each step, softmax over the window makes weights of
/// the scores, another linear layer maps the average to the whole forecast.
class LSTMAttentionModel final : public Model {
 public:
  using Options = LSTMOptions;

  LSTMAttentionModel(const Options& options, const ModelShape& shape) : horizon_(shape.horizon), targets_(shape.targets) {
    lstm_ = register_module("lstm", make_lstm(options, shape.features));
    attention_ = register_module("attention", torch::nn::Linear(options.output_width(), 1));
    fc_ = register_module("fc", torch::nn::Linear(options.output_width(), horizon_ * targets_));
  }

  /// x [B, W, F] to [B, H, T], with the explanation "attention" [B, W].
  Forecast forward(const Batch& batch) override {
    const torch::Tensor outputs = std::get<0>(lstm_(batch.x));             // [B, W, width]
    const torch::Tensor weights = torch::softmax(attention_(outputs), 1);  // [B, W, 1]
    Forecast forecast;
    forecast.values = fc_((weights * outputs).sum(1)).view({batch.x.size(0), horizon_, targets_});
    forecast.explanations["attention"] = weights.squeeze(2);
    return forecast;
  }

 private:
  std::int64_t horizon_, targets_;
  torch::nn::LSTM lstm_{nullptr};
  torch::nn::Linear attention_{nullptr}, fc_{nullptr};
};

}  // namespace pipeline::model::lstm_attention

PIPELINE_PLUGIN("lstm_attention", "1.0.0", "Apache-2.0", "LSTM with a learned score for each step.") {
  registrar
      .add<pipeline::Model, pipeline::model::lstm_attention::LSTMAttentionModel>(
          "LSTMAttentionModel", "Stacked LSTM, its outputs averaged with a learned score for each step.")
      .reference("Yang et al., Hierarchical Attention Networks for Document Classification, 2016 (a score for each step); torch.nn.LSTM");
}
