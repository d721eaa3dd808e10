#include <span>

#include <ATen/ops/mm.h>
#include <ATen/ops/sum.h>
#include <torch/nn/modules/linear.h>

#include "pipeline/errors.h"
#include "pipeline/options.h"
#include "pipeline/plugin.h"
#include "pipeline/torch/model.h"
#include "pipeline/train/direct_gradients.h"

namespace pipeline::model::linear {

struct LinearOptions {
  bool bias = true;

  static constexpr auto options() {
    return option_list<LinearOptions>(option("bias", &LinearOptions::bias, "Add a learned constant to each step of the horizon."));
  }
};

/// One linear layer from the window to the horizon, the same for every target. A target's forecast depends only on its own past.
class LinearModel final : public Model, public DirectGradients {
 public:
  using Options = LinearOptions;

  LinearModel(const Options& options, const ModelShape& shape) {
    for (std::size_t t = 0; t < shape.target_columns.size(); ++t) {
      if (shape.target_columns[t] < 0) {
        throw usage_error("LinearModel forecasts a target from its own past, but \"" + shape.target_names[t] +
                          "\" is not among the features: add it to `features` in [stages.preprocess]");
      }
    }
    columns_ = torch::tensor(shape.target_columns, torch::kInt64);
    linear_ = register_module("linear", torch::nn::Linear(torch::nn::LinearOptions(shape.window, shape.horizon).bias(options.bias)));
  }

  /// x [B, W, F] to [B, H, T].
  Forecast forward(const Batch& batch) override { return {.values = linear_(past_of(batch)).transpose(1, 2)}; }

  [[nodiscard]] bool has_direct_gradients(torch::Device device, Precision precision) const override {
    return device.is_cpu() && precision == Precision::full;
  }

  torch::Tensor direct_forward(const Batch& batch) override {
    past_ = past_of(batch);
    return linear_(past_).transpose(1, 2);
  }

  void direct_backward(const torch::Tensor& of_values, std::span<torch::Tensor> gradients) override {
    const torch::Tensor of_rows = of_values.transpose(1, 2).reshape({-1, of_values.size(1)});  // [B T, H]
    at::mm_out(gradients[0], of_rows.t(), past_.reshape({-1, past_.size(2)}));
    if (gradients.size() > 1) at::sum_out(gradients[1], of_rows, {0});
  }

 private:
  /// The targets' past, [B, T, W].
  torch::Tensor past_of(const Batch& batch) {
    if (columns_.device() != batch.x.device()) columns_ = columns_.to(batch.x.device());
    return batch.x.index_select(2, columns_).transpose(1, 2);
  }

  torch::Tensor columns_;  ///< [T] int64, the targets among the features; not a buffer, so that a checkpoint holds only weights
  torch::nn::Linear linear_{nullptr};
  torch::Tensor past_;  ///< of the last direct_forward()
};

}  // namespace pipeline::model::linear

PIPELINE_PLUGIN("linear", "1.0.0", "Apache-2.0", "One linear layer from window to horizon.") {
  registrar
      .add<pipeline::Model, pipeline::model::linear::LinearModel>("LinearModel",
                                                                  "One linear layer from window to horizon, shared by the columns.")
      .reference("Zeng et al., Are Transformers Effective for Time Series Forecasting?, 2023 (Linear)");
}
