#include "../lstm.h"

#include <torch/nn/modules/linear.h>

#include "pipeline/plugin.h"
#include "pipeline/torch/model.h"

namespace pipeline::model::lstm_additive_attention {

/// Bahdanau's score: v tanh(W query + U key), three layers without bias.
class AdditiveAttentionImpl : public torch::nn::Module {
 public:
  explicit AdditiveAttentionImpl(std::int64_t width) {
    query_ = register_module("query", torch::nn::Linear(torch::nn::LinearOptions(width, width).bias(false)));
    key_ = register_module("key", torch::nn::Linear(torch::nn::LinearOptions(width, width).bias(false)));
    score_ = register_module("score", torch::nn::Linear(torch::nn::LinearOptions(width, 1).bias(false)));
  }
  /// query [B, width] and keys [B, W, width] to weights [B, W] that sum to 1.
  torch::Tensor forward(const torch::Tensor& query, const torch::Tensor& keys) {
    const torch::Tensor scores = score_(torch::tanh(query_(query).unsqueeze(1) + key_(keys)));  // [B, W, 1]
    return torch::softmax(scores.squeeze(2), 1);
  }

 private:
  torch::nn::Linear query_{nullptr}, key_{nullptr}, score_{nullptr};
};
TORCH_MODULE(AdditiveAttention);

/// Stacked LSTM with additive attention over its outputs; the query is the last step's output. A linear layer maps the weighted average to
/// the whole forecast.
class LSTMAdditiveAttentionModel final : public Model {
 public:
  using Options = LSTMOptions;

  LSTMAdditiveAttentionModel(const Options& options, const ModelShape& shape) : horizon_(shape.horizon), targets_(shape.targets) {
    lstm_ = register_module("lstm", make_lstm(options, shape.features));
    attention_ = register_module("attention", AdditiveAttention(options.output_width()));
    fc_ = register_module("fc", torch::nn::Linear(options.output_width(), horizon_ * targets_));
  }

  /// x [B, W, F] to [B, H, T], with the explanation "attention" [B, W].
  Forecast forward(const Batch& batch) override {
    const torch::Tensor outputs = std::get<0>(lstm_(batch.x));  // [B, W, width]
    const torch::Tensor weights = attention_(outputs.select(1, outputs.size(1) - 1), outputs);
    Forecast forecast;
    forecast.values = fc_((weights.unsqueeze(2) * outputs).sum(1)).view({batch.x.size(0), horizon_, targets_});
    forecast.explanations["attention"] = weights;
    return forecast;
  }

 private:
  std::int64_t horizon_, targets_;
  torch::nn::LSTM lstm_{nullptr};
  AdditiveAttention attention_{nullptr};
  torch::nn::Linear fc_{nullptr};
};

}  // namespace pipeline::model::lstm_additive_attention

PIPELINE_PLUGIN("lstm_additive_attention", "1.0.0", "Apache-2.0", "LSTM with additive attention.") {
  registrar
      .add<pipeline::Model, pipeline::model::lstm_additive_attention::LSTMAdditiveAttentionModel>(
          "LSTMAdditiveAttentionModel", "Stacked LSTM with additive attention from its last step over all of them.")
      .reference("Bahdanau, Cho and Bengio, Neural Machine Translation by Jointly Learning to Align and Translate, 2015; torch.nn.LSTM");
}
