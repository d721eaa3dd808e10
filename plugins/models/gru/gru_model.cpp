#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>

#include "pipeline/options.h"
#include "pipeline/plugin.h"
#include "pipeline/torch/model.h"

namespace pipeline::model::gru {

struct GRUModelOptions {
  std::int64_t hidden_size = 128;
  std::int64_t num_layers = 2;
  double dropout = 0;
  bool bidirectional = false;

  static constexpr auto options() {
    return option_list<GRUModelOptions>(
        option("hidden_size", &GRUModelOptions::hidden_size, "Width of each layer's state.").at_least(1).search(32, 128, 16),
        option("num_layers", &GRUModelOptions::num_layers, "Layers on top of each other.").at_least(1).search(1, 5),
        option("dropout", &GRUModelOptions::dropout, "Share of values dropped between layers while training.")
            .at_least(0)
            .below(1)
            .search(0, 0.5),
        option("bidirectional", &GRUModelOptions::bidirectional, "Read the window backwards as well."));
  }
};

/// Stacked GRU; a linear layer maps the last step's output to the whole forecast.
class GRUModel final : public Model {
 public:
  using Options = GRUModelOptions;

  GRUModel(const Options& options, const ModelShape& shape) : horizon_(shape.horizon), targets_(shape.targets) {
    gru_ = register_module("gru", torch::nn::GRU(torch::nn::GRUOptions(shape.features, options.hidden_size)
                                                     .num_layers(options.num_layers)
                                                     .batch_first(true)
                                                     .dropout(options.dropout)
                                                     .bidirectional(options.bidirectional)));
    fc_ = register_module("fc", torch::nn::Linear(options.hidden_size * (options.bidirectional ? 2 : 1), horizon_ * targets_));
  }

  /// x [B, W, F] to [B, H, T]; the linear layer's outputs are step-major.
  Forecast forward(const Batch& batch) override {
    const torch::Tensor outputs = std::get<0>(gru_(batch.x));  // [B, W, width]
    Forecast forecast;
    forecast.values = fc_(outputs.select(1, outputs.size(1) - 1)).view({batch.x.size(0), horizon_, targets_});
    return forecast;
  }

 private:
  std::int64_t horizon_, targets_;
  torch::nn::GRU gru_{nullptr};
  torch::nn::Linear fc_{nullptr};
};

}  // namespace pipeline::model::gru

PIPELINE_PLUGIN("gru", "1.0.0", "Apache-2.0", "GRU forecaster.") {
  registrar.add<pipeline::Model, pipeline::model::gru::GRUModel>("GRUModel", "Stacked GRU with a linear layer on the last step.")
      .reference("Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014; torch.nn.GRU");
}
