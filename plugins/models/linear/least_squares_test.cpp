#include "linear/least_squares.h"

#include <doctest/doctest.h>

#include <limits>

#include <ATen/Functions.h>

#include "pipeline/errors.h"

using namespace pipeline;
using namespace pipeline::model::linear;

namespace {

struct Rows {
  torch::Tensor inputs, outputs, weights;
};

/// `groups` groups of 300 rows whose 5 inputs lie about `level`, and 3 outputs that they explain but for noise.
Rows made_rows(std::int64_t groups, double level = 0) {
  torch::manual_seed(3);
  const auto in_double = torch::TensorOptions().dtype(torch::kDouble);
  const torch::Tensor inputs = at::randn({groups, 300, 5}, in_double) + level;
  const torch::Tensor outputs = inputs.matmul(at::randn({groups, 5, 3}, in_double)) + 2 + at::randn({groups, 300, 3}, in_double);
  return {inputs, outputs, {}};
}

/// Shows the rows in portions, as often as they are asked for. Returns the number of passes.
int solve(LeastSquares& squares, const Rows& rows, LeastSquares::Solution& solution, const torch::Tensor& penalty = {}) {
  for (int passes = 1;; ++passes) {
    for (std::int64_t first = 0; first < 300; first += 70) {
      const auto portion = [&](const torch::Tensor& part) { return part.defined() ? part.slice(1, first, first + 70) : part; };
      squares.add(portion(rows.inputs), portion(rows.outputs), portion(rows.weights));
    }
    if (auto found = squares.end_pass(penalty)) {
      solution = *found;
      return passes;
    }
  }
}

/// [inputs + 1] of one output: the weights, then the constant.
torch::Tensor found_for(const LeastSquares::Solution& solution, std::int64_t group, std::int64_t output) {
  return at::cat({solution.weights[group][output], solution.constants[group][output].unsqueeze(0)});
}

/// The same by LAPACK's least squares on all rows, each multiplied by the root of its weight.
torch::Tensor expected_for(const Rows& rows, std::int64_t group, std::int64_t output) {
  const torch::Tensor inputs = rows.inputs[group], with_constant = at::cat({inputs, at::ones({300, 1}, torch::kDouble)}, 1);
  const torch::Tensor root =
      rows.weights.defined() ? rows.weights[group].select(1, output).sqrt().unsqueeze(1) : at::ones({300, 1}, torch::kDouble);
  const torch::Tensor outputs = rows.outputs[group].select(1, output).unsqueeze(1);
  return std::get<0>(at::linalg_lstsq(root * with_constant, root * outputs, {}, "gelsd")).squeeze(1);
}

void check_against_lapack(const Rows& rows, double tolerance, std::int64_t memory = LeastSquares::usual_memory, int passes = 1) {
  const std::int64_t groups = rows.inputs.size(0);
  LeastSquares squares({.groups = groups, .inputs = 5, .outputs = 3}, true, 0, memory);
  LeastSquares::Solution solution;
  CHECK(solve(squares, rows, solution) == passes);
  for (std::int64_t group = 0; group < groups; ++group) {
    for (std::int64_t output = 0; output < 3; ++output)
      CHECK(at::allclose(found_for(solution, group, output), expected_for(rows, group, output), 0, tolerance));
  }
}

}  // namespace

TEST_CASE("the solution is that of LAPACK on all rows at once, for each group") { check_against_lapack(made_rows(2), 1e-10); }

TEST_CASE("a large level of the inputs costs few digits of the weights") {
  LeastSquares squares({.groups = 1, .inputs = 5, .outputs = 3}, true, 0);
  LeastSquares::Solution solution;
  solve(squares, made_rows(1, 1e6), solution);
  const torch::Tensor weights = expected_for(made_rows(1), 0, 1).slice(0, 0, 5);  // the same but for the level
  CHECK(at::allclose(solution.weights[0][1], weights, 0, 1e-8));
}

TEST_CASE("rows count by their weights") {
  Rows rows = made_rows(2);
  rows.weights = at::rand({2, 300, 1}, torch::kDouble).expand({2, 300, 3}) + 0.1;
  check_against_lapack(rows, 1e-10);
}

TEST_CASE("an output that a row does not know is left out for that output alone, in as many passes as the memory asks for") {
  Rows rows = made_rows(2);
  rows.weights = (at::rand({2, 300, 3}, torch::kDouble) > 0.4).to(torch::kDouble);
  rows.weights.select(1, 7).zero_();  // nothing of this row is known
  check_against_lapack(rows, 1e-10);
  const std::int64_t equations_of_an_output = 6 * 6 * 8;
  check_against_lapack(rows, 1e-10, 6 * equations_of_an_output, 1);
  check_against_lapack(rows, 1e-10, 4 * equations_of_an_output, 2);
  check_against_lapack(rows, 1e-10, 1, 6);
}

TEST_CASE("outputs that every row knows take no memory and no pass of their own") {
  Rows rows = made_rows(2);
  rows.weights = at::ones({2, 300, 3}, torch::kDouble);
  rows.weights[1].select(1, 2).slice(0, 40, 90).zero_();
  check_against_lapack(rows, 1e-10, 1, 1);
  rows.weights[0].select(1, 0).slice(0, 250, 300).zero_();  // is seen late, when the memory is taken
  check_against_lapack(rows, 1e-10, 1, 2);
}

TEST_CASE("an object solves one problem after another") {
  const Rows rows = made_rows(1);
  LeastSquares squares({.groups = 1, .inputs = 5, .outputs = 3}, true, 0);
  LeastSquares::Solution first, second;
  CHECK(solve(squares, {rows.inputs, rows.outputs * 3, {}}, first) == 1);
  CHECK(solve(squares, rows, second) == 1);
  CHECK(at::allclose(found_for(second, 0, 1), expected_for(rows, 0, 1), 0, 1e-10));
}

TEST_CASE("alpha is the penalty of scikit-learn's Ridge, which leaves the constant free") {
  const Rows rows = made_rows(1, 4);
  LeastSquares squares({.groups = 1, .inputs = 5, .outputs = 3}, true, 25);
  LeastSquares::Solution solution;
  solve(squares, rows, solution);
  const torch::Tensor x = rows.inputs[0] - rows.inputs[0].mean(0), y = rows.outputs[0] - rows.outputs[0].mean(0);
  const torch::Tensor expected = at::linalg_solve(x.t().matmul(x) + 25 * at::eye(5, torch::kDouble), x.t().matmul(y)).t();
  CHECK(at::allclose(solution.weights[0], expected, 0, 1e-10));
  CHECK(at::allclose(solution.constants[0], rows.outputs[0].mean(0) - expected.matmul(rows.inputs[0].mean(0)), 0, 1e-9));

  LeastSquares weighed({.groups = 1, .inputs = 5, .outputs = 3}, true, 25);
  solve(weighed, rows, solution, 2 * at::eye(5, torch::kDouble));
  CHECK(at::allclose(solution.weights[0], at::linalg_solve(x.t().matmul(x) + 50 * at::eye(5, torch::kDouble), x.t().matmul(y)).t(), 0,
                     1e-10));
}

TEST_CASE("without a constant the outputs are a multiple of the inputs") {
  const Rows rows = made_rows(1, 1);
  LeastSquares squares({.groups = 1, .inputs = 5, .outputs = 3}, false, 0);
  LeastSquares::Solution solution;
  solve(squares, rows, solution);
  CHECK_FALSE(solution.constants.defined());
  const torch::Tensor expected = std::get<0>(at::linalg_lstsq(rows.inputs[0], rows.outputs[0], {}, "gelsd")).t();
  CHECK(at::allclose(solution.weights[0], expected, 0, 1e-10));
}

TEST_CASE("a constant input gets the weight 0, as do the inputs of a constant group") {
  Rows rows = made_rows(2);
  rows.inputs[0].select(1, 2).fill_(0.1);
  rows.inputs[1].fill_(7);
  LeastSquares squares({.groups = 2, .inputs = 5, .outputs = 3}, true, 0);
  LeastSquares::Solution solution;
  solve(squares, rows, solution);
  CHECK(solution.weights[0].select(1, 2).abs().max().item<double>() == 0);
  CHECK(solution.weights[1].abs().max().item<double>() == 0);
  CHECK(at::allclose(solution.constants[1], rows.outputs[1].mean(0)));
}

TEST_CASE("inputs that always sum to zero leave their common level open, which is 0 then") {
  Rows rows = made_rows(1);
  rows.inputs = rows.inputs - rows.inputs.mean(2, true);
  LeastSquares squares({.groups = 1, .inputs = 5, .outputs = 3}, true, 0);
  LeastSquares::Solution solution;
  solve(squares, rows, solution);
  CHECK(solution.weights.sum(2).abs().max().item<double>() < 1e-10);
  CHECK(at::allclose(found_for(solution, 0, 2), expected_for(rows, 0, 2), 0, 1e-9));  // gelsd gives the smallest weights
}

TEST_CASE("rows that leave weights open, or that are no numbers, are refused with the cure") {
  const auto solved = [](const Rows& rows, double alpha) {
    LeastSquares squares({.groups = 1, .inputs = 5, .outputs = 3}, true, alpha);
    LeastSquares::Solution solution;
    solve(squares, rows, solution);
  };
  Rows copied = made_rows(1);
  copied.inputs.select(2, 4).copy_(copied.inputs.select(2, 1));
  CHECK_THROWS_WITH_AS(
      solved(copied, 0),
      "solver = \"closed\" finds no unique weights: 300 training rows (windows times targets) leave 1 of the 5 weights of a "
      "step open. Write alpha = 1.0 in [model], a ridge penalty, or shorten `window` of [stages.slice_windows]",
      Error);
  CHECK_NOTHROW(solved(copied, 1));
  CHECK_NOTHROW(solved(copied, 1e-14));  // a penalty, however small, chooses among the weights

  Rows unknown = made_rows(1);
  unknown.weights = at::ones({1, 300, 3}, torch::kDouble);
  unknown.weights.select(2, 1).zero_();
  CHECK_THROWS_WITH_AS(solved(unknown, 1),
                       "solver = \"closed\": no training window has an observed value of step 2 of the horizon: shorten `horizon` of "
                       "[stages.slice_windows], or give `split` more rows for training",
                       Error);
  unknown.weights.zero_();
  CHECK_THROWS_WITH_AS(solved(unknown, 1), "solver = \"closed\": no training window has an observed target", Error);

  Rows infinite = made_rows(1);
  infinite.outputs[0][3][1] = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH_AS(solved(infinite, 1),
                       "solver = \"closed\": the training windows hold values that are not finite, or too large to be squared", Error);
}
