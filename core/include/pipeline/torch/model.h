#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <torch/nn/module.h>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/torch/batch.h"

namespace pipeline {

/// The shapes of a model's input and output. They follow from the data, the windows and the loss, never from the workflow's [model].
struct ModelShape {
  std::int64_t window = 0;    ///< W
  std::int64_t horizon = 0;   ///< H
  std::int64_t features = 0;  ///< F
  std::int64_t targets = 0;   ///< T
  std::vector<std::string> feature_names{}, target_names{};
  std::vector<std::int64_t> target_columns{};  ///< [T] index of each target among the features, -1 if its past is no input
  std::vector<std::string> future_names{};     ///< [K] columns of Batch::future
  std::vector<std::int64_t> future_columns{};  ///< [K] index of each among the features, -1 if its past is no input
  std::vector<std::string> static_names{};     ///< [S] columns of Batch::static_values
  /// The number of codes, with code 0, for each column of Batch::past_codes, future_codes and static_codes.
  std::vector<std::int64_t> past_code_counts{}, future_code_counts{}, static_code_counts{};
  std::int64_t series = 1;  ///< series in the training data
  OutputSpec output{};      ///< the output that the loss needs
};

/// A forecasting model. It registers parameters and submodules as any torch::nn::Module does, under the names of the PyTorch original.
/// A model without parameters is not trained.
class PIPELINE_EXPORT Model : public torch::nn::Module {
 public:
  ~Model() override;
  /// The forecast for a batch, from its parts inputs(): values [B, H, T], and what shape.output asks for beyond a point.
  [[nodiscard]] virtual Forecast forward(const Batch& batch) = 0;
  /// The parts of a batch that forward() reads; only x by default. A part that the data lack is undefined in every batch: ModelShape tells
  /// before, by empty names and counts. past_mask is undefined unless windows are padded.
  [[nodiscard]] virtual Inputs inputs() const;
  /// The output of forward(); a point by default. A loss that needs another output is refused before training. A model that ends in a
  /// ForecastHead returns shape.output.
  [[nodiscard]] virtual OutputSpec output() const;
};

/// The last layer of most models: a linear layer from one vector a window to all values that the loss needs for each step and target.
/// With inputs that are known for the horizon, a decoder adds what they say of each step (docs/decisions/0020-known-inputs-in-models.md).
class PIPELINE_EXPORT ForecastHead {
 public:
  /// Registers the layer in `owner` under `name`, with `width` inputs and horizon x targets x output.width() outputs, step-major. `known`:
  /// the parts among known_inputs that the forecast reads too; those that the shape lacks are left out. If some remain, it also registers
  /// the decoder, under `name`_known.
  ForecastHead(torch::nn::Module& owner, const std::string& name, std::int64_t width, const ModelShape& shape, Inputs known = {});
  /// The forecast for features [B, width] of a head that reads nothing else. The point is the value itself, or the quantile nearest to the
  /// median. For a distribution, Loss::complete() computes the point.
  [[nodiscard]] Forecast operator()(const torch::Tensor& features) const;
  /// The same with the parts inputs() of the batch.
  [[nodiscard]] Forecast operator()(const torch::Tensor& features, const Batch& batch) const;
  /// The parts of a batch that the head reads.
  [[nodiscard]] Inputs inputs() const;
  /// The gradient of the features from that of a point's values [B, H, T], for a head that reads nothing else. Writes the layer's own
  /// gradients over `of_weight` and `of_bias`. For models with DirectGradients (pipeline/train/direct_gradients.h).
  [[nodiscard]] torch::Tensor backward(const torch::Tensor& features, const torch::Tensor& of_values, torch::Tensor& of_weight,
                                       torch::Tensor& of_bias) const;
  [[nodiscard]] const OutputSpec& output() const { return output_; }

 private:
  [[nodiscard]] Forecast forecast_of(const torch::Tensor& flat) const;

  std::shared_ptr<torch::nn::Module> layer_, decoder_;
  std::int64_t horizon_, targets_;
  OutputSpec output_;
};

/// The columns of each past step that a model's first layer reads: x, then a learned vector for each column of words. Without columns of
/// words it registers nothing, and gives x itself.
class PIPELINE_EXPORT PastColumns {
 public:
  PastColumns(torch::nn::Module& owner, const std::string& name, const ModelShape& shape);
  /// [B, W, width()]
  [[nodiscard]] torch::Tensor operator()(const Batch& batch) const;
  [[nodiscard]] std::int64_t width() const { return width_; }
  /// The parts of a batch that it reads: past, and past_codes if there are any.
  [[nodiscard]] Inputs inputs() const { return inputs_; }

 private:
  std::shared_ptr<torch::nn::Module> words_;
  Inputs inputs_;
  std::int64_t width_;
};

template <>
struct Kind<Model> {
  static constexpr const char* name = "model";
  using Factory = std::shared_ptr<Model>(const Value& options, const ModelShape& shape);
};

}  // namespace pipeline
