#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "pipeline/train/closed_form.h"
#include "pipeline/train/fit.h"
#include "pipeline/train/forecaster.h"
#include "train/loader.h"

namespace pipeline {

/// Shows the training windows to a model with a closed form, and measures the loss of the weights that it computes.
class ClosedFit {
 public:
  /// `batches`: of a pass. All arguments outlive the object.
  ClosedFit(const FitSpec& spec, ClosedForm& model, const Loader& loader, std::int64_t batches);

  /// Asked before each batch whether the work ends here.
  using Stop = std::function<bool()>;
  /// Lets the model compute its weights. Returns the last batch; nullopt if the work was stopped.
  [[nodiscard]] std::optional<Batch> solve(const Stop& stop);
  /// The mean loss of all observed values of the windows; nullopt if the work was stopped.
  [[nodiscard]] std::optional<double> loss(const Stop& stop) const;

 private:
  /// The batch as the model sees it, with y and weight of the values that its forward() returns.
  [[nodiscard]] Batch seen_by_model(const Batch& batch) const;

  const FitSpec& spec_;
  ClosedForm& model_;
  const Loader& loader_;
  std::int64_t batches_;
  Forecaster in_full_precision_;
};

}  // namespace pipeline
