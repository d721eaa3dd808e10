#pragma once

#include "pipeline/host/component_test.h"
#include "pipeline/options.h"

namespace pipeline::component_tests {

/// A stage can be made, and names its missing inputs.
class StageTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit StageTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

/// A logger accepts every record, and a folder that cannot be written does not end the training.
class LoggerTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit LoggerTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

/// A local_forecaster gives a value for every step, keeps nothing of an earlier series, and takes updates and short series.
class ForecasterTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit ForecasterTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

}  // namespace pipeline::component_tests
