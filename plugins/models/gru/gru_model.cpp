#include "../recurrent.h"

#include "pipeline/plugin.h"

namespace pipeline::model::gru {

struct GRUModelOptions {
  std::int64_t hidden_size = 128;
  std::int64_t num_layers = 2;
  double dropout = 0;
  bool bidirectional = false;

  static constexpr auto options() {
    return option_list<GRUModelOptions>(hidden_size_option<GRUModelOptions>(), num_layers_option<GRUModelOptions>(),
                                        dropout_option<GRUModelOptions>(), bidirectional_option<GRUModelOptions>());
  }
};

/// Stacked GRU; a linear layer maps the last step's output to the whole forecast.
class GRUModel final : public Model {
 public:
  using Options = GRUModelOptions;

  GRUModel(const Options& options, const ModelShape& shape)
      : gru_(register_module("gru", torch::nn::GRU(torch::nn::GRUOptions(shape.features, options.hidden_size)
                                                       .num_layers(options.num_layers)
                                                       .batch_first(true)
                                                       .dropout(options.dropout)
                                                       .bidirectional(options.bidirectional)))),
        head_(*this, "fc", options.hidden_size * (options.bidirectional ? 2 : 1), shape) {}

  /// x [B, W, F] to [B, H, T].
  Forecast forward(const Batch& batch) override { return head_(gru_.last_output(batch.x)); }

  [[nodiscard]] OutputSpec output() const override { return head_.output(); }

 private:
  FastRecurrent gru_;
  ForecastHead head_;
};

}  // namespace pipeline::model::gru

PIPELINE_PLUGIN("gru", "1.0.0", "Apache-2.0", "GRU forecaster.") {
  registrar.add<pipeline::Model, pipeline::model::gru::GRUModel>("GRUModel", "Stacked GRU with a linear layer on the last step.")
      .reference("Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014; torch.nn.GRU");
}
