#pragma once

#include "pipeline/host/component_test.h"
#include "pipeline/options.h"

namespace pipeline::component_tests {

/// A stage can be made, and says what it needs when an input is missing.
class StageTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit StageTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

/// A logger takes everything it can be given, and a folder that cannot be written ends nothing.
class LoggerTest final : public ComponentTest {
 public:
  using Options = NoOptions;
  explicit LoggerTest(Options) {}
  [[nodiscard]] std::vector<Check> run(const ComponentTestContext& context) override;
};

}  // namespace pipeline::component_tests
