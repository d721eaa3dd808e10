#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "least_squares.h"
#include "pipeline/options.h"
#include "pipeline/torch/model.h"
#include "pipeline/train/closed_form.h"

namespace pipeline {

namespace model::linear {
/// How the weights are found. gradient: by the optimizer. closed: by solving the least squares over all training windows.
enum class Solver { gradient, closed };
}  // namespace model::linear

template <>
struct Words<model::linear::Solver> {
  static constexpr std::array words{"gradient", "closed"};
};

namespace model::linear {

/// The options that all models of the family have.
template <class Options>
constexpr auto individual_option() {
  return option("individual", &Options::individual, "A layer for each target, in place of one that all targets share.");
}
template <class Options>
constexpr auto solver_option() {
  return option(
      "solver", &Options::solver,
      "gradient: the optimizer trains the weights. closed: they are the least squares over all training windows, found in one pass "
      "without an optimizer.");
}
template <class Options>
constexpr auto alpha_option() {
  return option("alpha", &Options::alpha,
                "With solver = \"closed\": the ridge penalty, as scikit-learn's Ridge: alpha times the sum of squared weights is added to "
                "the sum of squared errors on the scaled series. 0 is plain least squares.")
      .at_least(0)
      .search_log(1e-3, 1e4);
}
/// What the solver asks of other options.
[[nodiscard]] std::vector<OptionRule> solver_rules();

/// A model that maps each target's window to its horizon by linear layers alone, after a normalisation of the window that has no weights of
/// its own. Such a model can compute its weights.
class LinearFamily : public Model, public ClosedForm {
 public:
  [[nodiscard]] bool is_closed_form() const final { return settings_.solver == Solver::closed; }
  void add_windows(const Batch& seen) final;
  [[nodiscard]] bool end_pass() final;

 protected:
  struct Settings {
    Solver solver = Solver::gradient;
    double alpha = 0;
    bool individual = false, bias = true;
  };
  /// Windows in double: what the layers would read, [B, T, W], and give, [B, T, H]; and how much each value counts, undefined: once.
  struct Rows {
    torch::Tensor inputs, outputs, weights;
  };

  /// Error (usage) for a target whose past is no feature.
  LinearFamily(const std::string& name, const ModelShape& shape, const Settings& settings);
  /// The targets' past, [B, T, W].
  [[nodiscard]] torch::Tensor past_of(const Batch& batch);
  /// Puts the past and the truth onto the scale of the layers.
  virtual void normalise(Rows& rows) const;
  /// The matrix [W, W] that a penalty weighs the weights with; undefined: the unit matrix.
  [[nodiscard]] virtual torch::Tensor penalty() const;
  /// Sets the layers so that together they are this map from window to horizon: a group for each of them.
  virtual void set(const LeastSquares::Solution& solution) = 0;

 private:
  Settings settings_;
  torch::Tensor columns_;  ///< [T] int64, the targets among the features; not a buffer, so that a checkpoint holds only weights
  LeastSquares squares_;
};

}  // namespace model::linear

}  // namespace pipeline
