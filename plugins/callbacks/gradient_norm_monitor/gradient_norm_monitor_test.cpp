#include "gradient_norm_monitor/gradient_norm_monitor.h"

#include <doctest/doctest.h>
#include <torch/optim/sgd.h>

#include "support/fake_trainer.h"

using namespace pipeline;
using callbacks::gradient_norm_monitor::GradientNormMonitor;
using test::FakeTrainer;

namespace {

/// Gradients of 3 and 4 in two parameters, 0 elsewhere; the others have none.
void set_gradients(FakeTrainer& trainer) {
  trainer.optim = std::make_unique<torch::optim::SGD>(trainer.small_model.parameters(), torch::optim::SGDOptions(0.1));
  trainer.small_model.hidden->bias.mutable_grad() = torch::tensor({3.0, 0.0, 0.0, 0.0}).to(torch::kFloat);
  trainer.small_model.out->bias.mutable_grad() = torch::tensor({-4.0}).to(torch::kFloat);
}

}  // namespace

TEST_CASE("the norm of all gradients is logged under Lightning's names") {
  FakeTrainer trainer;
  set_gradients(trainer);
  trainer.steps_between_logs = 1;
  GradientNormMonitor total({}), each({.norm_type = 1, .per_parameter = true});
  total.on_before_optimizer_step(trainer, *trainer.optim);
  each.on_before_optimizer_step(trainer, *trainer.optim);
  using Scalars = std::vector<std::pair<std::string, double>>;
  CHECK(trainer.logged.at(0) == Scalars{{"grad_2.0_norm_total", 5.0}});
  CHECK(trainer.logged.at(1) == Scalars{{"grad_1.0_norm/hidden.bias", 3.0}, {"grad_1.0_norm/out.bias", 4.0}, {"grad_1.0_norm_total", 7.0}});
}

TEST_CASE("only logged steps cost anything") {
  FakeTrainer trainer;
  set_gradients(trainer);
  trainer.steps_between_logs = 10;
  GradientNormMonitor monitor({});
  for (trainer.step = 0; trainer.step < 20; ++trainer.step) monitor.on_before_optimizer_step(trainer, *trainer.optim);
  CHECK(trainer.logged.size() == 2);
}
