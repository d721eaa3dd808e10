#include <algorithm>

#include "basic_tests.h"
#include "pipeline/stage.h"
#include "pipeline/testing/stage_fixture.h"

namespace pipeline::component_tests {

namespace {

/// Empty if the stage, run without any input, throws an Error that names one of the kinds it needs.
std::string run_without_inputs(const ComponentTestContext& test) {
  testing::StageFixture fixture(test.component.name);
  try {
    fixture.run(*test.registry.make<Stage>(test.component.name, test.options));
  } catch (const Error& error) {
    const std::string said = error.what();
    const bool named =
        std::ranges::any_of(test.component.inputs, [&](const Port& port) { return said.find(port.kind) != std::string::npos; });
    return named ? "" : "without its inputs it says \"" + said + "\", which names none of them";
  }
  return "it runs without the inputs it declares: leave them out of .needs(), or read them with context.input()";
}

}  // namespace

std::vector<Check> StageTest::run(const ComponentTestContext& context) {
  CheckList list;
  list.add("can be made", [&]() -> std::string {
    return context.registry.make<Stage>(context.component.name, context.options) ? "" : "its factory gives nothing";
  });
  const bool needs_one = std::ranges::any_of(context.component.inputs,
                                             [](const Port& port) { return !port.many && !port.optional && port.unless_set.empty(); });
  if (needs_one) list.add("missing input", [&] { return run_without_inputs(context); });
  return list.take();
}

}  // namespace pipeline::component_tests
