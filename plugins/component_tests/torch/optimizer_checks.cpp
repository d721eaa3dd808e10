#include <cmath>

#include <torch/utils.h>

#include "pipeline/testing/fake_trainer.h"
#include "pipeline/torch/loss.h"
#include "pipeline/train/checkpoint.h"
#include "pipeline/train/optimizer.h"
#include "pipeline/train/scheduler.h"
#include "pipeline/train/torch_settings.h"
#include "torch_tests.h"

namespace pipeline::component_tests {

namespace {

/// A forecast of what the loss needs, from numbers for each value: [B, H, T] for a point, else [B, H, T, P].
Forecast forecast_of(const torch::Tensor& numbers, const OutputSpec& output) {
  if (output.kind == OutputSpec::Kind::point) return {.values = numbers};
  if (output.kind == OutputSpec::Kind::distribution) return {.parameters = numbers};
  return {.values = numbers.select(3, output.width() / 2), .quantiles = numbers, .levels = output.levels};
}

/// The truth: a distribution may be of counts.
torch::Tensor truth_for(const OutputSpec& output) {
  const torch::Tensor y = torch::randn({5, 4, 3});
  return output.kind == OutputSpec::Kind::distribution ? y.abs().round() : y;
}

std::string check_completed(const Loss& loss, const torch::Tensor& numbers) {
  const std::vector<double> asked{0.1, 0.5, 0.9};
  const Forecast whole = loss.complete(forecast_of(numbers.detach(), loss.output()), asked);
  if (!whole.values.defined() || whole.values.sizes() != numbers.sizes().slice(0, 3))
    return "complete() gives no point of the shape [batch, horizon, targets]";
  if (loss.output().kind == OutputSpec::Kind::point) return {};
  const bool fits = whole.quantiles.defined() && whole.quantiles.dim() == 4 && whole.quantiles.size(3) == std::ssize(whole.levels);
  if (!fits) return "complete() gives no quantiles of the shape [batch, horizon, targets, levels]";
  return (whole.quantiles.diff(1, 3) < 0).any().item<bool>() ? "complete() gives quantiles that cross" : "";
}

std::string check_loss(const ComponentTestContext& test) {
  const auto loss = test.registry.make<Loss>(test.component.name, test.options);
  const OutputSpec output = loss->output();
  torch::manual_seed(3);
  std::vector<std::int64_t> shape{5, 4, 3};
  if (output.kind != OutputSpec::Kind::point) shape.push_back(output.width());
  const torch::Tensor numbers = torch::randn(shape).requires_grad_(), y = truth_for(output);
  const Forecast forecast = forecast_of(numbers, output);
  const torch::Tensor each = loss->elementwise(forecast, y), mean = loss->mean(forecast, y);
  if (each.sizes() != y.sizes()) return "elementwise() gives another shape than the truth's [batch, horizon, targets]";
  if (!torch::isfinite(each).all().item<bool>()) return "a value of it is not finite";
  if (mean.dim() != 0) return "mean() is no scalar";
  if (std::abs(mean.item<double>() - each.mean().item<double>()) > 1e-5) return "mean() is not the mean of elementwise()";
  mean.backward();
  if (!numbers.grad().defined()) return "no gradient reaches the forecast";
  const Forecast better = forecast_of(numbers.detach() - 0.1 * numbers.grad(), output);
  if (loss->mean(better, y).item<double>() >= mean.item<double>()) return "a step against its gradient does not lower it";
  return check_completed(*loss, numbers);
}

/// The distance of two numbers from their optimum after some steps.
double descend(torch::optim::Optimizer& optimizer, const torch::Tensor& point, int steps) {
  const auto distance = [&] { return ((point - 3) * (point - 3)).sum(); };
  for (int step = 0; step < steps; ++step) {
    optimizer.zero_grad();
    distance().backward();
    optimizer.step();
  }
  return distance().item<double>();
}

/// An optimizer over two numbers.
struct Descent {
  Descent(const ComponentTestContext& test, const torch::Tensor& start)
      : point(start.detach().clone().requires_grad_()),
        optimizer(test.registry.make<Optimizer>(test.component.name, test.options, std::vector<torch::Tensor>{point})) {}
  [[nodiscard]] double go(int steps) const {
    torch::manual_seed(3);
    return descend(optimizer->torch_optimizer(), point, steps);
  }

  torch::Tensor point;
  Component<Optimizer> optimizer;
};

std::string check_descent(const ComponentTestContext& test) {
  const Descent descent(test, torch::tensor({1.0F, 5.0F}));
  const double before = descent.go(0), after = descent.go(100);
  return after < before ? "" : "100 steps on a quadratic do not lower it";
}

std::string check_optimizer_state(const ComponentTestContext& test) {
  const Descent whole(test, torch::tensor({1.0F, 5.0F}));
  static_cast<void>(whole.go(5));
  torch::optim::OptimizerOptions& group = whole.optimizer->torch_optimizer().param_groups().front().options();
  group.set_lr(group.get_lr() / 2);  // as a scheduler does
  const Descent continued(test, whole.point);
  const auto file = test.folder / "optimizer.ckpt";
  write_checkpoint(file, whole.optimizer->state_dict());
  continued.optimizer->load_state_dict(read_checkpoint(file));
  static_cast<void>(whole.go(5)), static_cast<void>(continued.go(5));
  if (torch::equal(whole.point, continued.point)) return {};
  return "with its state loaded into another one it goes on with other steps: name all that it keeps in weight_entries(), and the settings "
         "that change in group_entries()";
}

constexpr TrainingLength length{.steps = 40};
constexpr int steps = 30;

/// An optimizer and the scheduler under test, which has started.
struct Scheduled {
  explicit Scheduled(const ComponentTestContext& test)
      : optimizer(test.registry.make<Optimizer>("SGD", Value(Value::Map{{"lr", 0.1}, {"momentum", 0.9}}),
                                                std::vector<torch::Tensor>{torch::zeros({2}).requires_grad_()})),
        scheduler(test.registry.make<Scheduler>(test.component.name, test.options, optimizer->torch_optimizer())) {
    testing::FakeTrainer trainer;
    scheduler->resolve(trainer);
    scheduler->start(length);
  }
  [[nodiscard]] double rate() const { return optimizer->torch_optimizer().param_groups().front().options().get_lr(); }
  void step(int number) const {
    const int plateau = number / 8;  // the monitored value stays for eight steps
    scheduler->step(scheduler->timing().monitor.empty() ? std::nullopt : std::optional(1.0 / (1 + plateau)));
  }

  Component<Optimizer> optimizer;
  Component<Scheduler> scheduler;
};

std::string check_rates(const ComponentTestContext& test) {
  const Scheduled scheduled(test);
  for (int i = 0; i < steps; ++i) {
    if (!std::isfinite(scheduled.rate()) || scheduled.rate() < 0)
      return "the rate is " + std::to_string(scheduled.rate()) + " after " + std::to_string(i) + " steps";
    scheduled.step(i);
  }
  return {};
}

std::string check_scheduler_state(const ComponentTestContext& test) {
  const Scheduled whole(test), continued(test);
  for (int i = 0; i < steps / 2; ++i) whole.step(i);
  continued.scheduler->load_state_dict(whole.scheduler->state_dict());
  continued.optimizer->torch_optimizer().param_groups().front().options().set_lr(whole.rate());
  for (int i = steps / 2; i < steps; ++i) {
    whole.step(i), continued.step(i);
    if (std::abs(whole.rate() - continued.rate()) > 1e-12)
      return "with its state loaded into another one it goes on with another rate: keep all it counts in state_dict()";
  }
  return {};
}

}  // namespace

std::vector<Check> LossTest::run(const ComponentTestContext& context) {
  const TorchSettings settings({.threads = 1});  // tensors are tiny
  CheckList list;
  list.add("loss", [&] { return check_loss(context); });
  return list.take();
}

std::vector<Check> OptimizerTest::run(const ComponentTestContext& context) {
  const TorchSettings settings({.threads = 1});  // tensors are tiny
  CheckList list;
  list.add("descends", [&] { return check_descent(context); });
  list.add("state", [&] { return check_optimizer_state(context); });
  return list.take();
}

std::vector<Check> SchedulerTest::run(const ComponentTestContext& context) {
  const TorchSettings settings({.threads = 1});  // tensors are tiny
  CheckList list;
  list.add("rates", [&] { return check_rates(context); });
  list.add("state", [&] { return check_scheduler_state(context); });
  return list.take();
}

}  // namespace pipeline::component_tests
