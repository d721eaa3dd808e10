#include "nlinear_model.h"

namespace pipeline::model::linear {

namespace {

/// past [B, T, W] to [B, T, 1]
torch::Tensor last_of(const torch::Tensor& past) { return past.slice(2, past.size(2) - 1); }

}  // namespace

NLinearModel::NLinearModel(const Options& options, const ModelShape& shape)
    : LinearFamily("NLinearModel", shape, {.solver = options.solver, .alpha = options.alpha, .individual = options.individual}),
      layer_(*this, "Linear", shape, {.individual = options.individual}) {}

Forecast NLinearModel::forward(const Batch& batch) {
  const torch::Tensor past = past_of(batch), last = last_of(past).detach();
  return {.values = (layer_(past - last) + last).transpose(1, 2)};
}

void NLinearModel::normalise(Rows& rows) const {
  const torch::Tensor last = last_of(rows.inputs);
  rows.inputs = rows.inputs - last;
  rows.outputs = rows.outputs - last;
}

}  // namespace pipeline::model::linear
