#pragma once

#include <memory>
#include <span>

#include <torch/types.h>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/torch/batch.h"

namespace pipeline {

/// The objective that training minimises, on the scaled series.
class PIPELINE_EXPORT Loss {
 public:
  virtual ~Loss();
  /// The output that the loss needs from a model; a point by default.
  [[nodiscard]] virtual OutputSpec output() const;
  /// The loss of every value, [B, H, T].
  [[nodiscard]] virtual torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const = 0;
  /// The mean of the loss over all values, a scalar. Override it if torch has a fused function.
  [[nodiscard]] virtual torch::Tensor mean(const Forecast& forecast, const torch::Tensor& y) const;
  /// Completes a forecast after training: from its parameters, the point and the quantiles at `levels`. By default it returns the forecast
  /// as it is, with crossing quantiles sorted. A loss of a distribution overrides it.
  /// This version does not call it: it trains losses of a point only.
  [[nodiscard]] virtual Forecast complete(Forecast forecast, std::span<const double> levels) const;
  /// Moves the loss's own tensors, if it has any. Called once, before its first use.
  virtual void to(torch::Device device);
};

template <>
struct Kind<Loss> {
  static constexpr const char* name = "loss";
  using Factory = std::unique_ptr<Loss>(const Value& options);
};

}  // namespace pipeline
