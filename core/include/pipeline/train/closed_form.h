#pragma once

#include "pipeline/export.h"
#include "pipeline/torch/batch.h"
#include "pipeline/torch/model.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// A model whose best weights for the squared error are computed rather than searched for. The fit then shows it the training windows in
/// place of an optimizer, as one epoch of one step. Derive from Model and from this class, and let a rule of the options restrict
/// `loss.type` to MSELoss (OptionRule::Kind::restricts).
class PIPELINE_EXPORT ClosedForm {
 public:
  virtual ~ClosedForm();
  /// Whether the model's options ask for it. If not, an optimizer trains the model.
  [[nodiscard]] virtual bool is_closed_form() const = 0;
  /// Adds windows to the sums, whose memory must not grow with the number of windows. `seen` is the batch that forward() gets. Its y and
  /// weight are those of the values that forward() returns, [B, H, T] in double: after a window_norm y is normalised too, and the weight
  /// holds the square of the window's deviation. The weight is undefined where every value counts once.
  virtual void add_windows(const Batch& seen) = 0;
  /// Ends a pass over the training windows: sets the weights and returns true, or returns false to be shown the windows once more. The next
  /// pass after true begins anew. Error (training) if the windows do not determine the weights.
  [[nodiscard]] virtual bool end_pass() = 0;
};

/// The model as one that computes its weights; nullptr if an optimizer trains it, or if it has no parameters.
[[nodiscard]] inline ClosedForm* closed_form_of(Model& model) {
  auto* const closed = dynamic_cast<ClosedForm*>(&model);
  return closed && closed->is_closed_form() ? closed : nullptr;
}

}  // namespace pipeline
