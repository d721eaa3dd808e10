// The closed form of every model: at its weights the gradient of the squared error, with the penalty, is zero.
#include <doctest/doctest.h>

#include <memory>

#include <ATen/Functions.h>

#include "linear/dlinear_model.h"
#include "linear/linear_model.h"
#include "linear/nlinear_model.h"
#include "linear/rlinear_model.h"
#include "pipeline/errors.h"

using namespace pipeline;
using namespace pipeline::model::linear;

namespace {

/// The second and the first of three features are targets.
ModelShape shape_of_two_targets() {
  return {.window = 8, .horizon = 3, .features = 3, .targets = 2, .target_names = {"a", "b"}, .target_columns = {1, 0}};
}

/// 200 windows at different levels, whose truth follows from the past but for noise.
Batch windows_in_double(bool with_weight) {
  torch::manual_seed(5);
  Batch batch;
  batch.x = at::randn({200, 8, 3}).cumsum(1) + 3 * at::randn({200, 1, 3});
  const torch::Tensor past = batch.x.index_select(2, torch::tensor({1, 0}));
  batch.y = (past.slice(1, 5) * torch::tensor({0.5F, 2.0F}) + at::randn({200, 3, 2})).to(torch::kDouble);
  if (with_weight) batch.weight = (at::rand({200, 3, 2}) > 0.3).to(torch::kDouble);
  return batch;
}

void solve(LinearFamily& model, const Batch& batch) {
  const torch::NoGradGuard no_graph;
  CHECK(model.is_closed_form());
  for (std::int64_t first = 0; first < 200; first += 64) {
    const auto part = [&](const torch::Tensor& of) { return of.defined() ? of.slice(0, first, first + 64) : of; };
    Batch portion;
    portion.x = part(batch.x);
    portion.y = part(batch.y);
    portion.weight = part(batch.weight);
    model.add_windows(portion);
  }
  CHECK(model.end_pass());
}

/// The largest slope of the objective along one of the weights, relative to that at weights of zero.
double slope(LinearFamily& model, const Batch& batch, double alpha) {
  const auto largest_slope = [&] {
    model.zero_grad();
    torch::Tensor objective =
        (model.forward(batch).values - batch.y).square().mul(batch.weight.defined() ? batch.weight : at::ones({})).sum();
    for (const auto& parameter : model.named_parameters()) {
      if (parameter.key().ends_with(".weight")) objective = objective + alpha * parameter.value().square().sum();
    }
    objective.backward();
    double largest = 0;
    for (const auto& parameter : model.named_parameters()) {
      if (parameter.key().find("affine") == std::string::npos)
        largest = std::max(largest, parameter.value().grad().abs().max().item<double>());
    }
    return largest;
  };
  const double here = largest_slope();
  const torch::NoGradGuard no_graph;
  for (const auto& parameter : model.named_parameters()) {
    if (parameter.key().find("affine") == std::string::npos) parameter.value().zero_();
  }
  const torch::AutoGradMode with_graph(true);
  return here / largest_slope();
}

template <class Model>
void check_solution(typename Model::Options options) {
  options.solver = Solver::closed;
  for (const double alpha : {0.0, 20.0}) {
    for (const bool individual : {false, true}) {
      for (const bool with_weight : {false, true}) {
        CAPTURE(alpha);
        CAPTURE(individual);
        CAPTURE(with_weight);
        options.alpha = alpha;
        options.individual = individual;
        Model model(options, shape_of_two_targets());
        const Batch batch = windows_in_double(with_weight);
        solve(model, batch);
        CHECK(slope(model, batch, alpha) < 1e-5);
      }
    }
  }
}

}  // namespace

TEST_CASE("the weights of LinearModel are the least squares, with and without bias") {
  check_solution<LinearModel>({});
  check_solution<LinearModel>({.bias = false});
}

TEST_CASE("the weights of NLinearModel are the least squares") { check_solution<NLinearModel>({}); }

TEST_CASE("the weights of DLinearModel are the least squares") {
  check_solution<DLinearModel>({});
  check_solution<DLinearModel>({.kernel_size = 3});
}

TEST_CASE("the weights of RLinearModel are the least squares") {
  check_solution<RLinearModel>({});
  check_solution<RLinearModel>({.affine = false});
}

TEST_CASE("without a penalty DLinearModel forecasts as LinearModel does") {
  const Batch batch = windows_in_double(false);
  LinearModel linear({.solver = Solver::closed}, shape_of_two_targets());
  DLinearModel decomposed({.solver = Solver::closed}, shape_of_two_targets());
  solve(linear, batch);
  solve(decomposed, batch);
  CHECK(at::allclose(linear.forward(batch).values, decomposed.forward(batch).values, 0, 1e-4));
}

TEST_CASE("a model of the optimizer has no closed form") {
  CHECK_FALSE(LinearModel({}, shape_of_two_targets()).is_closed_form());
  LinearModel closed({.solver = Solver::closed}, shape_of_two_targets());
  Model& model = closed;
  CHECK(closed_form_of(model) == &closed);
}

TEST_CASE("DLinearModel refuses an even kernel") {
  CHECK_THROWS_WITH_AS(DLinearModel({.kernel_size = 24}, shape_of_two_targets()),
                       "kernel_size = 24 of DLinearModel must be odd, so that the average has a middle: write 25", Error);
}

TEST_CASE("each model names the target that is no feature") {
  ModelShape shape = shape_of_two_targets();
  shape.target_columns = {1, -1};
  const std::string rest =
      " forecasts a target from its own past, but \"b\" is not among the features: add it to `features` in "
      "[stages.preprocess]";
  CHECK_THROWS_WITH_AS(NLinearModel({}, shape), ("NLinearModel" + rest).c_str(), Error);
  CHECK_THROWS_WITH_AS(DLinearModel({}, shape), ("DLinearModel" + rest).c_str(), Error);
  CHECK_THROWS_WITH_AS(RLinearModel({}, shape), ("RLinearModel" + rest).c_str(), Error);
}
