#include "rlinear_model.h"

namespace pipeline::model::linear {

RLinearModel::RLinearModel(const Options& options, const ModelShape& shape)
    : LinearFamily("RLinearModel", shape, {.solver = options.solver, .alpha = options.alpha, .individual = options.individual}),
      layer_(*this, "Linear", shape, {.individual = options.individual}),
      revin_(*this, "revin_layer", shape.targets, options.affine) {}

Forecast RLinearModel::forward(const Batch& batch) {
  const torch::Tensor values = past_of(batch).transpose(1, 2);  // [B, W, T]
  const RevIN::Window window = RevIN::window_of(values);
  const torch::Tensor forecast = layer_(revin_.normalise(values, window).transpose(1, 2));
  return {.values = revin_.undo(forecast.transpose(1, 2), window)};
}

void RLinearModel::normalise(Rows& rows) const {
  const torch::Tensor values = rows.inputs.transpose(1, 2);
  const RevIN::Window window = RevIN::window_of(values);
  rows.inputs = revin_.normalise(values, window).transpose(1, 2);
  // undo() maps what the layer gives by a line, of which two points tell all.
  const torch::Tensor zeros = torch::zeros_like(window.mean);
  const torch::Tensor center = revin_.undo(zeros, window).transpose(1, 2), scale = revin_.undo(zeros + 1, window).transpose(1, 2) - center;
  rows.outputs = (rows.outputs - center) / scale;
  const torch::Tensor squared = scale.square().expand_as(rows.outputs);
  rows.weights = rows.weights.defined() ? squared * rows.weights : squared;
}

}  // namespace pipeline::model::linear
