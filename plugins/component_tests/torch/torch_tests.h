#pragma once

#include "pipeline/host/component_test.h"
#include "pipeline/options.h"

namespace pipeline::component_tests {

/// Shapes, independence of the batch, gradients, seeds, save and load.
class ModelTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit ModelTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

/// A finite loss of every value, its mean, and a gradient towards the truth.
class LossTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit LossTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

/// A finite number, the same in any batches, and of parts put together.
class MetricTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit MetricTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

/// A quadratic goes down; a state that is loaded goes on as the original does.
class OptimizerTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit OptimizerTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

/// Finite rates; a state that is loaded goes on as the original does.
class SchedulerTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit SchedulerTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

/// Every hook of a short training; a state that survives being saved and loaded.
class CallbackTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit CallbackTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

}  // namespace pipeline::component_tests
