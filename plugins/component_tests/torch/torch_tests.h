#pragma once

#include "pipeline/host/component_test.h"
#include "pipeline/options.h"

namespace pipeline::component_tests {

/// Shapes, independence of the batch, gradients, seeds, saving and loading.
class ModelTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit ModelTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

/// A finite loss for every value, its mean, and a gradient towards the truth.
class LossTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit LossTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

/// A finite number that does not depend on the batches, and that can be merged from parts.
class MetricTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit MetricTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

/// Steps lower a quadratic function; an optimizer with a loaded state continues as the original does.
class OptimizerTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit OptimizerTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

/// Finite rates; a scheduler with a loaded state continues as the original does.
class SchedulerTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit SchedulerTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

/// Every hook of a short training; a state that survives saving and loading.
class CallbackTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit CallbackTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

}  // namespace pipeline::component_tests
