#include "../lstm.h"

#include <cmath>

#include <torch/nn/modules/linear.h>

#include "pipeline/plugin.h"
#include "pipeline/torch/model.h"

namespace pipeline::model::lstm_scaled_dot_attention {

/// Stacked LSTM with one head of scaled dot-product attention: the query is projected from the last step's output, keys and values from
/// every step's. A linear layer maps the weighted average of the values to the whole forecast.
class LSTMScaledDotAttentionModel final : public Model {
 public:
  using Options = LSTMOptions;

  LSTMScaledDotAttentionModel(const Options& options, const ModelShape& shape)
      : horizon_(shape.horizon), targets_(shape.targets), scale_(1 / std::sqrt(static_cast<double>(options.output_width()))) {
    const std::int64_t width = options.output_width();
    lstm_ = register_module("lstm", make_lstm(options, shape.features));
    query_ = register_module("query", torch::nn::Linear(width, width));
    key_ = register_module("key", torch::nn::Linear(width, width));
    value_ = register_module("value", torch::nn::Linear(width, width));
    fc_ = register_module("fc", torch::nn::Linear(width, horizon_ * targets_));
  }

  /// x [B, W, F] to [B, H, T], with the explanation "attention" [B, W].
  Forecast forward(const Batch& batch) override {
    const torch::Tensor outputs = std::get<0>(lstm_(batch.x));                            // [B, W, width]
    const torch::Tensor query = query_(outputs.select(1, outputs.size(1) - 1));           // [B, width]
    const torch::Tensor scores = torch::bmm(key_(outputs), query.unsqueeze(2)) * scale_;  // [B, W, 1]
    const torch::Tensor weights = torch::softmax(scores, 1).transpose(1, 2);              // [B, 1, W]
    Forecast forecast;
    forecast.values = fc_(torch::bmm(weights, value_(outputs)).squeeze(1)).view({batch.x.size(0), horizon_, targets_});
    forecast.explanations["attention"] = weights.squeeze(1);
    return forecast;
  }

 private:
  std::int64_t horizon_, targets_;
  double scale_;
  torch::nn::LSTM lstm_{nullptr};
  torch::nn::Linear query_{nullptr}, key_{nullptr}, value_{nullptr}, fc_{nullptr};
};

}  // namespace pipeline::model::lstm_scaled_dot_attention

PIPELINE_PLUGIN("lstm_scaled_dot_attention", "1.0.0", "Apache-2.0", "LSTM with scaled dot-product attention.") {
  registrar
      .add<pipeline::Model, pipeline::model::lstm_scaled_dot_attention::LSTMScaledDotAttentionModel>(
          "LSTMScaledDotAttentionModel", "Stacked LSTM with scaled dot-product attention from its last step over all of them.")
      .reference("Vaswani et al., Attention Is All You Need, 2017; torch.nn.LSTM");
}
