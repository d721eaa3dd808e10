#pragma once

#include <memory>

#include <torch/types.h>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/torch/batch.h"

namespace pipeline {

/// What training minimises, on the scaled series.
class PIPELINE_EXPORT Loss {
 public:
  virtual ~Loss();
  /// The loss of every value, [B, H, T].
  [[nodiscard]] virtual torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const = 0;
  /// Its mean over all values, a scalar. Override where torch has a fused one.
  [[nodiscard]] virtual torch::Tensor mean(const Forecast& forecast, const torch::Tensor& y) const;
};

template <>
struct Kind<Loss> {
  static constexpr const char* name = "loss";
  using Factory = std::unique_ptr<Loss>(const Value& options);
};

}  // namespace pipeline
