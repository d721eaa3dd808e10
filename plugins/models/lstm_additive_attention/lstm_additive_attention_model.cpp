#include "../recurrent.h"

#include <torch/nn/modules/linear.h>

#include "pipeline/plugin.h"

namespace pipeline::model::lstm_additive_attention {

/// Bahdanau's score: v tanh(W query + U key), three layers without bias.
class AdditiveAttentionImpl : public torch::nn::Module {
 public:
  explicit AdditiveAttentionImpl(std::int64_t width) {
    query_ = register_module("query", torch::nn::Linear(torch::nn::LinearOptions(width, width).bias(false)));
    key_ = register_module("key", torch::nn::Linear(torch::nn::LinearOptions(width, width).bias(false)));
    score_ = register_module("score", torch::nn::Linear(torch::nn::LinearOptions(width, 1).bias(false)));
  }
  /// query [B, width], keys [B, W, width] and past_mask [B, W] or undefined to weights [B, W] that sum to 1.
  torch::Tensor forward(const torch::Tensor& query, const torch::Tensor& keys, const torch::Tensor& past_mask) {
    const torch::Tensor scores = score_(torch::tanh(query_(query).unsqueeze(1) + key_(keys)));  // [B, W, 1]
    return torch::softmax(without_padding(scores.squeeze(2), past_mask), 1);
  }

 private:
  torch::nn::Linear query_{nullptr}, key_{nullptr}, score_{nullptr};
};
TORCH_MODULE(AdditiveAttention);

/// The average of the steps' outputs, weighted by that score; the query is the last step's output.
class Attention {
 public:
  Attention(torch::nn::Module& owner, std::int64_t width) : attention_(owner.register_module("attention", AdditiveAttention(width))) {}

  /// x [B, W, F] to [B, width], with the explanation "attention" [B, W].
  torch::Tensor operator()(FastRecurrent& lstm, const torch::Tensor& x, const torch::Tensor& past_mask, Forecast& forecast) {
    const torch::Tensor outputs = lstm.outputs(x);  // [B, W, width]
    const torch::Tensor weights = attention_(last_step(outputs), outputs, past_mask);
    forecast.explanations["attention"] = weights;
    return (weights.unsqueeze(2) * outputs).sum(1);
  }

 private:
  AdditiveAttention attention_;
};

/// Stacked LSTM with additive attention over its outputs; a linear layer maps the weighted average to the whole forecast.
class LSTMAdditiveAttentionModel final : public LSTMWith<Attention> {
 public:
  using LSTMWith::LSTMWith;
};

}  // namespace pipeline::model::lstm_additive_attention

PIPELINE_PLUGIN("lstm_additive_attention", "1.0.0", "Apache-2.0", "LSTM with additive attention.") {
  registrar
      .add<pipeline::Model, pipeline::model::lstm_additive_attention::LSTMAdditiveAttentionModel>(
          "LSTMAdditiveAttentionModel", "Stacked LSTM with additive attention from its last step over all of them.")
      .reference("Bahdanau, Cho and Bengio, Neural Machine Translation by Jointly Learning to Align and Translate, 2015; torch.nn.LSTM");
}
