#include "../recurrent.h"

#include <cmath>

#include <torch/nn/modules/linear.h>

#include "pipeline/plugin.h"

namespace pipeline::model::lstm_scaled_dot_attention {

/// One head of scaled dot-product attention: the query is projected from the last step's output, keys and values from every step's.
class Attention {
 public:
  Attention(torch::nn::Module& owner, std::int64_t width)
      : scale_(1 / std::sqrt(static_cast<double>(width))),
        query_(owner.register_module("query", torch::nn::Linear(width, width))),
        key_(owner.register_module("key", torch::nn::Linear(width, width))),
        value_(owner.register_module("value", torch::nn::Linear(width, width))) {}

  /// x [B, W, F] to the weighted average of the values [B, width], with the explanation "attention" [B, W].
  torch::Tensor operator()(FastRecurrent& lstm, const torch::Tensor& x, const torch::Tensor& past_mask, Forecast& forecast) {
    const torch::Tensor outputs = lstm.outputs(x);                                                        // [B, W, width]
    const torch::Tensor query = query_(last_step(outputs));                                               // [B, width]
    const torch::Tensor scores = torch::bmm(key_(outputs), query.unsqueeze(2)) * scale_;                  // [B, W, 1]
    const torch::Tensor weights = torch::softmax(without_padding(scores, past_mask), 1).transpose(1, 2);  // [B, 1, W]
    forecast.explanations["attention"] = weights.squeeze(1);
    return torch::bmm(weights, value_(outputs)).squeeze(1);
  }

 private:
  double scale_;
  torch::nn::Linear query_, key_, value_;
};

/// Stacked LSTM with scaled dot-product attention; a linear layer maps the weighted average to the whole forecast.
class LSTMScaledDotAttentionModel final : public LSTMWith<Attention> {
 public:
  using LSTMWith::LSTMWith;
};

}  // namespace pipeline::model::lstm_scaled_dot_attention

PIPELINE_PLUGIN("lstm_scaled_dot_attention", "1.0.0", "Apache-2.0", "LSTM with scaled dot-product attention.") {
  registrar
      .add<pipeline::Model, pipeline::model::lstm_scaled_dot_attention::LSTMScaledDotAttentionModel>(
          "LSTMScaledDotAttentionModel", "Stacked LSTM with scaled dot-product attention from its last step over all of them.")
      .reference("Vaswani et al., Attention Is All You Need, 2017; torch.nn.LSTM");
}
