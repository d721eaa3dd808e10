#pragma once

#include <map>
#include <string>

#include <torch/types.h>

namespace pipeline {

/// B windows. What is absent is undefined. Floating point is float32, on the model's device.
struct Batch {
  torch::Tensor x;                ///< [B, W, F] inputs, scaled (and window-normalised where the model sees it)
  torch::Tensor target_history;   ///< [B, W, T] the targets' past, scaled as x is
  torch::Tensor future;           ///< [B, H, K] covariates known ahead
  torch::Tensor static_features;  ///< [B, S]
  torch::Tensor series;           ///< [B] int64, which series a window is of
  torch::Tensor origin;           ///< [B] int64, row of the last input
  torch::Tensor y;                ///< [B, H, T] truth, scaled
  torch::Tensor weight;           ///< [B, H, T] 0 where the truth was filled in; undefined: all 1
};

/// What a model answers to a batch.
struct Forecast {
  torch::Tensor values;                               ///< [B, H, T]
  torch::Tensor distribution;                         ///< [B, H, T, Q], where the model gives one
  std::map<std::string, torch::Tensor> explanations;  ///< named, e.g. "attention" [B, W]
};

}  // namespace pipeline
