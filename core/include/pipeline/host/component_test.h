#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/host/tier.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"

namespace pipeline {

/// The result of one check of a component.
struct Check {
  std::string name;     ///< "shapes", "save and load"
  std::string failure;  ///< empty: passed; else a sentence about the failure
};

/// The component under test and the means of a test.
struct ComponentTestContext {
  const Registry& registry;
  const ComponentInfo& component;
  Value options;                 ///< the component's defaults; required options have a value within their range
  std::filesystem::path folder;  ///< an empty folder for files
};

/// Tests the components of one kind, for `pipeline test-plugin`. It is registered under the name of that kind; the author of a new kind may
/// provide one. An exception from the component is a failed check; an Error from run() means that the test itself failed.
class PIPELINE_EXPORT ComponentTest {
 public:
  virtual ~ComponentTest();
  [[nodiscard]] virtual std::vector<Check> run(const ComponentTestContext& context) = 0;
};

template <>
struct Kind<ComponentTest> {
  static constexpr const char* name = "component_test";
  using Factory = std::unique_ptr<ComponentTest>(const Value& options);
};

/// Collects checks. Each check is a function that returns the failure (empty: passed); an exception is a failure too.
class CheckList {
 public:
  void add(std::string name, const std::function<std::string()>& check) {
    std::string failure;
    try {
      failure = check();
    } catch (const std::exception& error) {
      failure = "it throws: " + sentence_of(error);
    } catch (...) {
      failure = std::string("it throws ") + foreign_object;
    }
    checks_.push_back({std::move(name), std::move(failure)});
  }
  [[nodiscard]] std::vector<Check> take() { return std::move(checks_); }

 private:
  std::vector<Check> checks_;
};

}  // namespace pipeline
