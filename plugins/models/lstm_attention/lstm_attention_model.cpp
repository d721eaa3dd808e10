#include "../recurrent.h"

#include <torch/nn/modules/linear.h>

#include "pipeline/plugin.h"

namespace pipeline::model::lstm_attention {

/// The average of the steps' outputs with learned weights: a linear layer scores each step, and softmax over the window gives the weights.
class Attention {
 public:
  Attention(torch::nn::Module& owner, std::int64_t width) : score_(owner.register_module("attention", torch::nn::Linear(width, 1))) {}

  /// x [B, W, F] to [B, width], with the explanation "attention" [B, W].
  torch::Tensor operator()(FastRecurrent& lstm, const torch::Tensor& x, const torch::Tensor& past_mask, Forecast& forecast) {
    const torch::Tensor outputs = lstm.outputs(x);                                                 // [B, W, width]
    const torch::Tensor weights = torch::softmax(without_padding(score_(outputs), past_mask), 1);  // [B, W, 1]
    forecast.explanations["attention"] = weights.squeeze(2);
    return (weights * outputs).sum(1);
  }

 private:
  torch::nn::Linear score_;
};

/// Stacked LSTM with a learned score for each step; a linear layer maps the average to the whole forecast.
class LSTMAttentionModel final : public LSTMWith<Attention> {
 public:
  using LSTMWith::LSTMWith;
};

}  // namespace pipeline::model::lstm_attention

PIPELINE_PLUGIN("lstm_attention", "1.0.0", "Apache-2.0", "LSTM with a learned score for each step.") {
  registrar
      .add<pipeline::Model, pipeline::model::lstm_attention::LSTMAttentionModel>(
          "LSTMAttentionModel", "Stacked LSTM, its outputs averaged with a learned score for each step.")
      .reference("Yang et al., Hierarchical Attention Networks for Document Classification, 2016 (a score for each step); torch.nn.LSTM");
}
