#pragma once

#include <span>

#include <limits>

#include <torch/nn/modules/rnn.h>

#include "pipeline/options.h"
#include "pipeline/torch/model.h"
#include "pipeline/train/direct_gradients.h"
#include "pipeline/train/recurrent.h"

/// Shared by the models around an LSTM or a GRU.
namespace pipeline::model {

template <class Options>
constexpr auto hidden_size_option() {
  return option("hidden_size", &Options::hidden_size, "Width of each layer's state.").between(1, 65536).search(32, 128, 16);
}
template <class Options>
constexpr auto num_layers_option() {
  return option("num_layers", &Options::num_layers, "Layers on top of each other.").between(1, 1000).search(1, 5);
}
template <class Options>
constexpr auto dropout_option() {
  return option("dropout", &Options::dropout, "Share of values dropped between layers while training.").at_least(0).below(1).search(0, 0.5);
}
template <class Options>
constexpr auto bidirectional_option() {
  return option("bidirectional", &Options::bidirectional, "Read the window backwards as well.");
}

struct LSTMOptions {
  std::int64_t hidden_size = 128;
  std::int64_t num_layers = 5;
  double dropout = 0;
  bool bidirectional = false;
  std::int64_t proj_size = 0;

  static constexpr auto options() {
    return option_list<LSTMOptions>(
        hidden_size_option<LSTMOptions>(), num_layers_option<LSTMOptions>(), dropout_option<LSTMOptions>(),
        bidirectional_option<LSTMOptions>(),
        option("proj_size", &LSTMOptions::proj_size, "Width that each layer's output is projected to; 0: none.").at_least(0));
  }
  static std::vector<OptionRule> rules() { return {{OptionRule::Kind::less_than, "proj_size", "hidden_size"}}; }

  /// Width of one step's output.
  [[nodiscard]] std::int64_t output_width() const { return (proj_size > 0 ? proj_size : hidden_size) * (bidirectional ? 2 : 1); }
};

/// From [B, W, inputs] to outputs [B, W, output_width()], as torch.nn.LSTM(batch_first=True).
[[nodiscard]] inline torch::nn::LSTM make_lstm(const LSTMOptions& options, std::int64_t inputs) {
  return torch::nn::LSTM(torch::nn::LSTMOptions(inputs, options.hidden_size)
                             .num_layers(options.num_layers)
                             .batch_first(true)
                             .dropout(options.dropout)
                             .bidirectional(options.bidirectional)
                             .proj_size(options.proj_size));
}

/// The outputs [B, W, width] of the last step, [B, width].
[[nodiscard]] inline torch::Tensor last_step(const torch::Tensor& outputs) { return outputs.select(1, outputs.size(1) - 1); }

/// Scores of the steps of a window [B, W] or [B, W, 1], by which softmax gives padding the weight 0. `past_mask` [B, W]: Batch::past_mask,
/// which may be undefined.
[[nodiscard]] inline torch::Tensor without_padding(const torch::Tensor& scores, const torch::Tensor& past_mask) {
  if (!past_mask.defined()) return scores;
  return scores.masked_fill(past_mask.view_as(scores) == 0, -std::numeric_limits<float>::infinity());
}

/// Layers of LSTM or GRU; a ForecastHead maps the last step's output, and what is known of the horizon, to the whole forecast.
class LastStepModel : public Model, public DirectGradients {
 public:
  /// `make`: from the width of the input to a torch::nn::LSTM or torch::nn::GRU whose outputs have `width` values; it is registered as
  /// `name`.
  template <class Make>
  LastStepModel(const char* name, const Make& make, std::int64_t width, const ModelShape& shape)
      : past_(*this, "past_words", shape),
        layers_(register_module(name, make(past_.width()))),
        head_(*this, "fc", width, shape, known_inputs) {}

  /// x [B, W, F] to [B, H, T].
  Forecast forward(const Batch& batch) final { return head_(layers_.last_output(past_(batch)), batch); }

  [[nodiscard]] Inputs inputs() const final { return past_.inputs() | head_.inputs(); }
  [[nodiscard]] OutputSpec output() const final { return head_.output(); }

  /// Not for words and known inputs: autograd serves their modules.
  [[nodiscard]] bool has_direct_gradients(torch::Device device, Precision) const final {
    return layers_.has_direct_gradients(device) && output().kind == OutputSpec::Kind::point && inputs() == Inputs{Input::past};
  }

  torch::Tensor direct_forward(const Batch& batch) final {
    features_ = layers_.direct_last_output(batch.x);
    return head_(features_).values;
  }

  void direct_backward(const torch::Tensor& of_values, std::span<torch::Tensor> gradients) final {
    const auto of_layers = gradients.first(gradients.size() - 2), of_head = gradients.last(2);  // as registered
    layers_.direct_backward(head_.backward(features_, of_values, of_head[0], of_head[1]), of_layers);
  }

 private:
  PastColumns past_;
  FastRecurrent layers_;
  ForecastHead head_;
  torch::Tensor features_;  ///< [B, width] of the last direct_forward()
};

/// An LSTM. `Summary` turns its outputs into one vector for each window, and a ForecastHead maps the vector, and what is known of the
/// horizon, to the whole forecast. The LSTM itself reads the zeros of a padded window.
/// Submodules are the same as in the PyTorch originals and are made in the same order, so that the same seed gives the same weights.
///
///     struct Summary {
///       Summary(torch::nn::Module& owner, std::int64_t width);   // registers its own submodules
///       /// To [B, width]. It leaves out padding (past_mask [B, W], or undefined), and may explain itself.
///       torch::Tensor operator()(FastRecurrent& lstm, const torch::Tensor& x, const torch::Tensor& past_mask, Forecast& forecast);
///     };
template <class Summary>
class LSTMWith : public Model {
 public:
  using Options = LSTMOptions;

  LSTMWith(const Options& options, const ModelShape& shape)
      : past_(*this, "past_words", shape),
        lstm_(register_module("lstm", make_lstm(options, past_.width()))),
        summary_(*this, options.output_width()),
        head_(*this, "fc", options.output_width(), shape, known_inputs) {}

  /// x [B, W, F] to [B, H, T].
  Forecast forward(const Batch& batch) final {
    Forecast explained;
    Forecast forecast = head_(summary_(lstm_, past_(batch), batch.past_mask, explained), batch);
    forecast.explanations = std::move(explained.explanations);
    return forecast;
  }

  [[nodiscard]] Inputs inputs() const final { return past_.inputs() | head_.inputs() | Inputs{Input::past_mask}; }
  [[nodiscard]] OutputSpec output() const final { return head_.output(); }

 private:
  PastColumns past_;
  FastRecurrent lstm_;
  Summary summary_;
  ForecastHead head_;
};

}  // namespace pipeline::model
