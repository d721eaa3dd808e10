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

/// What a model has to map from and to; it follows from the data and the windows, never from the workflow's [model].
struct ModelShape {
  std::int64_t window = 0;    ///< W
  std::int64_t horizon = 0;   ///< H
  std::int64_t features = 0;  ///< F
  std::int64_t targets = 0;   ///< T
  std::vector<std::string> feature_names, target_names;
  std::vector<std::int64_t> target_columns;  ///< [T] index of each target among the features, -1 where its past is no input
};

/// A forecasting model. Parameters and submodules are registered as in any torch::nn::Module; names are those of the PyTorch original.
/// A model without parameters is not trained.
class PIPELINE_EXPORT Model : public torch::nn::Module {
 public:
  ~Model() override;
  /// x [B, W, F] (and target_history [B, W, T]) to values [B, H, T].
  [[nodiscard]] virtual Forecast forward(const Batch& batch) = 0;
  /// Whether forward() reads batch.target_history: training gathers it only then, or when a window_norm needs it.
  [[nodiscard]] virtual bool uses_target_history() const;
};

template <>
struct Kind<Model> {
  static constexpr const char* name = "model";
  using Factory = std::shared_ptr<Model>(const Value& options, const ModelShape& shape);
};

}  // namespace pipeline
