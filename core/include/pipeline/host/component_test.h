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

/// Something a component must do, and whether it did.
struct Check {
  std::string name;     ///< "shapes", "save and load"
  std::string failure;  ///< empty: passed; else what is wrong, as a sentence
};

/// The component under test and what a test may use.
struct ComponentTestContext {
  const Registry& registry;
  const ComponentInfo& component;
  Value options;                 ///< its defaults; options that must be given have a value within their range
  std::filesystem::path folder;  ///< empty, for files
};

/// Tests the components of one kind, for `pipeline test-plugin`. It is registered under the name of that kind; the author of a new kind may
/// bring one along. What a component throws is a failed check; only the test's own trouble is an Error.
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

/// Collects checks: each is a function that returns what is wrong (empty: nothing); what it throws is wrong too.
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
