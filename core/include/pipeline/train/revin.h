#pragma once

#include <cstdint>
#include <string>

#include <torch/nn/module.h>

#include "pipeline/export.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// Reversible instance normalisation (Kim et al., 2022): each column of a window loses its mean and its deviation, and the forecast gets
/// them back. With `affine` each column also has a learned factor and a learned shift. Unlike a window_norm it belongs to the model, whose
/// checkpoint holds what is learned. A model calls normalise() at the begin and undo() at the end of its forward().
class PIPELINE_EXPORT RevIN {
 public:
  /// Registers a module `name` in `owner`, with the parameters affine_weight and affine_bias [columns] if there are any.
  RevIN(torch::nn::Module& owner, const std::string& name, std::int64_t columns, bool affine = true);

  /// What undo() gives back, [B, 1, columns].
  struct Window {
    torch::Tensor mean, deviation;
  };
  /// Of windows [B, W, columns]: the mean, and the square root of the population variance plus 1e-5.
  [[nodiscard]] static Window window_of(const torch::Tensor& values);
  /// `values` [B, W, columns] of these windows, normalised.
  [[nodiscard]] torch::Tensor normalise(const torch::Tensor& values, const Window& window) const;
  /// The model's `values` [B, H, columns] on the scale of the windows.
  [[nodiscard]] torch::Tensor undo(const torch::Tensor& values, const Window& window) const;

 private:
  torch::Tensor weight_, bias_;  ///< undefined without `affine`; shared with the module
};

}  // namespace pipeline
