#pragma once

#include <memory>
#include <span>

#include <torch/types.h>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/torch/batch.h"

namespace pipeline {

/// What training minimises, on the scaled series.
class PIPELINE_EXPORT Loss {
 public:
  virtual ~Loss();
  /// What it needs of a model's forecast; a point by default.
  [[nodiscard]] virtual OutputSpec output() const;
  /// The loss of every value, [B, H, T].
  [[nodiscard]] virtual torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const = 0;
  /// Its mean over all values, a scalar. Override where torch has a fused one.
  [[nodiscard]] virtual torch::Tensor mean(const Forecast& forecast, const torch::Tensor& y) const;
  /// What the forecast's parameters say, once training is over: the point and quantiles at `levels`. By default the forecast as it is,
  /// with crossing quantiles sorted; a loss of a distribution overrides it.
  [[nodiscard]] virtual Forecast complete(Forecast forecast, std::span<const double> levels) const;
  /// Moves the loss's own tensors, if it has some; called once, before training.
  virtual void to(torch::Device device);
};

template <>
struct Kind<Loss> {
  static constexpr const char* name = "loss";
  using Factory = std::unique_ptr<Loss>(const Value& options);
};

}  // namespace pipeline
