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
  /// Completes a forecast, on the scaled series, for all uses but training: from its parameters, the point and the quantiles at `levels`
  /// (ascending; none: the point alone). By default it returns the forecast as it is, with crossing quantiles sorted and their median, if
  /// it is among them, as the point. A loss of a distribution overrides it.
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
