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

/// Stacked GRU with a head on the last step's output.
class GRUModel final : public LastStepModel {
 public:
  using Options = GRUModelOptions;
  GRUModel(const Options& options, const ModelShape& shape)
      : LastStepModel(
            "gru", [&](std::int64_t inputs) { return make_gru(options, inputs); }, options.hidden_size * (options.bidirectional ? 2 : 1),
            shape) {}

 private:
  static torch::nn::GRU make_gru(const Options& options, std::int64_t inputs) {
    return torch::nn::GRU(torch::nn::GRUOptions(inputs, options.hidden_size)
                              .num_layers(options.num_layers)
                              .batch_first(true)
                              .dropout(options.dropout)
                              .bidirectional(options.bidirectional));
  }
};

}  // namespace pipeline::model::gru

PIPELINE_PLUGIN("gru", "1.0.0", "Apache-2.0", "GRU forecaster.") {
  registrar.add<pipeline::Model, pipeline::model::gru::GRUModel>("GRUModel", "Stacked GRU with a linear layer on the last step.")
      .reference("Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014; torch.nn.GRU");
}
