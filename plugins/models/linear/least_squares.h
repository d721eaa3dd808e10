#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include <torch/types.h>

namespace pipeline::model::linear {

/// The weights that minimise a weighted sum of squared errors, for several outputs of the same inputs and for several groups of rows. It
/// keeps the sums of the normal equations in double, whose memory does not grow with the rows.
class LeastSquares {
 public:
  struct Shape {
    std::int64_t groups = 1, inputs = 0, outputs = 0;
  };
  struct Solution {
    torch::Tensor weights;    ///< [groups, outputs, inputs] in double
    torch::Tensor constants;  ///< [groups, outputs]; undefined without a constant
  };

  /// Memory in bytes for the equations of outputs that have their own; those of one output at least.
  static constexpr std::int64_t usual_memory = std::int64_t{256} << 20;

  /// `constant`: a constant is added to each output. `alpha`: adds alpha times the sum of squared weights to the error, as in
  /// scikit-learn's Ridge; the constant is free.
  LeastSquares(const Shape& shape, bool constant, double alpha, std::int64_t memory = usual_memory);

  /// Adds rows in double: inputs [groups, rows, inputs], outputs and weights [groups, rows, outputs]. Undefined weights are all 1. An
  /// output of weight 0 is unknown.
  void add(torch::Tensor inputs, torch::Tensor outputs, torch::Tensor weights);
  /// Ends a pass over the rows. An output of a group that some row does not know has equations of its own, and outputs beyond those that
  /// fit into memory need another pass over the same rows: then the result is empty. `penalty` [inputs, inputs], if defined, takes the
  /// place of the unit matrix in the penalty. Error (training) if the rows do not determine the weights.
  [[nodiscard]] std::optional<Solution> end_pass(const torch::Tensor& penalty);

 private:
  /// Adds the rows that wait to the sums.
  void flush();
  /// An output of a group, group x outputs + output.
  using Place = std::int64_t;
  void add_gaps(const torch::Tensor& rows, const torch::Tensor& lack);
  /// What sums_ counts too much of the output; nullptr: it waits for another pass.
  [[nodiscard]] torch::Tensor* gap_of(Place place, const torch::TensorOptions& options);
  [[nodiscard]] bool is_first_pass() const { return left_.empty(); }
  [[nodiscard]] std::int64_t width() const { return shape_.inputs + (constant_ ? 1 : 0); }
  void require_usable() const;
  /// Solves all outputs that every row knows.
  void solve_common(const torch::Tensor& penalty);
  /// Solves those that have equations of their own in this pass.
  void solve_own(const torch::Tensor& penalty);
  /// Takes the columns [width(), outputs] of one group's solution.
  void take(std::int64_t group, const std::vector<std::int64_t>& outputs, const torch::Tensor& columns);
  /// The columns of one group's solution, [width(), outputs], of `equations` [width(), width()] and `sides` [width(), outputs].
  [[nodiscard]] torch::Tensor solve(const torch::Tensor& equations, const torch::Tensor& sides, const torch::Tensor& penalty) const;
  [[nodiscard]] torch::Tensor solve_centred(const torch::Tensor& equations, const torch::Tensor& sides) const;
  [[nodiscard]] torch::Tensor solve_singular(const torch::Tensor& equations, const torch::Tensor& sides) const;

  Shape shape_;
  bool constant_;
  double alpha_;
  std::int64_t memory_;
  std::vector<torch::Tensor> inputs_, outputs_, weights_;  ///< that wait
  std::int64_t waiting_ = 0;
  torch::Tensor shift_;     ///< [groups, 1, inputs] taken from the inputs, so that large levels cost no digits; undefined: none
  torch::Tensor sums_;      ///< [groups, width, width + outputs] of the rows, each with the largest weight of its outputs
  torch::Tensor observed_;  ///< [groups, outputs] sum of weights
  std::map<Place, torch::Tensor> gaps_;  ///< [width, width] what sums_ counts too much of an output, of those that this pass solves
  std::set<Place> waiting_outputs_;      ///< for another pass, as memory ends
  std::set<Place> left_;                 ///< by the passes before; empty: this is the first
  std::int64_t rows_ = 0;
  Solution found_;  ///< by the passes so far
};

}  // namespace pipeline::model::linear
