#pragma once

#include <torch/nn/modules/rnn.h>

#include "pipeline/options.h"

/// What the models around an LSTM share.
namespace pipeline::model {

struct LSTMOptions {
  std::int64_t hidden_size = 128;
  std::int64_t num_layers = 5;
  double dropout = 0;
  bool bidirectional = false;
  std::int64_t proj_size = 0;

  static constexpr auto options() {
    return option_list<LSTMOptions>(
        option("hidden_size", &LSTMOptions::hidden_size, "Width of each layer's state.").at_least(1).search(32, 128, 16),
        option("num_layers", &LSTMOptions::num_layers, "Layers on top of each other.").at_least(1).search(1, 5),
        option("dropout", &LSTMOptions::dropout, "Share of values dropped between layers while training.")
            .at_least(0)
            .below(1)
            .search(0, 0.5),
        option("bidirectional", &LSTMOptions::bidirectional, "Read the window backwards as well."),
        option("proj_size", &LSTMOptions::proj_size, "Width that each layer's output is projected to; 0: none.").at_least(0));
  }
  static std::vector<OptionRule> rules() { return {{OptionRule::Kind::less_than, "proj_size", "hidden_size"}}; }

  /// Width of one step's output.
  [[nodiscard]] std::int64_t output_width() const { return (proj_size > 0 ? proj_size : hidden_size) * (bidirectional ? 2 : 1); }
};

/// From x [B, W, features] to outputs [B, W, output_width()], as torch.nn.LSTM(batch_first=True).
[[nodiscard]] inline torch::nn::LSTM make_lstm(const LSTMOptions& options, std::int64_t features) {
  return torch::nn::LSTM(torch::nn::LSTMOptions(features, options.hidden_size)
                             .num_layers(options.num_layers)
                             .batch_first(true)
                             .dropout(options.dropout)
                             .bidirectional(options.bidirectional)
                             .proj_size(options.proj_size));
}

}  // namespace pipeline::model
