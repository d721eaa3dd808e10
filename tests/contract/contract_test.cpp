#include <doctest/doctest.h>

#include <csignal>
#include <map>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "pipeline/value.h"
#include "support/eventually.h"
#include "support/program.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

const std::filesystem::path build = BUILD_DIR;

Finished test_plugin(const std::filesystem::path& library, const std::vector<std::string>& flags = {}) {
  std::vector<std::string> words{"test-plugin", library.string()};
  words.insert(words.end(), flags.begin(), flags.end());
  return pipeline_program(words, std::filesystem::temp_directory_path());
}

std::filesystem::path fixture(const std::string& name) { return build / "tests/plugins" / name / ("lib" + name + ".so"); }

/// The failures of failed checks, under keys such as "WrongShapeModel: shapes".
std::map<std::string, std::string> failures(const std::string& name) {
  const Finished tested = test_plugin(fixture(name), {"--json"});
  CHECK(tested.status == 3);
  std::map<std::string, std::string> failed;
  const Value reports = from_json(tested.out, "test-plugin --json");
  for (const Value& report : reports.as_list()) {
    for (const Value& check : report.at("checks").as_list()) {
      if (!check.at("passed").as_bool())
        failed[report.at("name").as_string() + ": " + check.at("name").as_string()] = check.at("failure").as_string();
    }
  }
  return failed;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A process's file in /proc; empty once the process has ended, even before its parent has read its status.
std::string process_text(pid_t process, const std::string& name) {
  try {
    return read_text("/proc/" + std::to_string(process) + "/" + name);
  } catch (const Error&) {
    return {};
  }
}

/// The process that checks components for `parent`, which must have no other child; 0 if there is none yet.
pid_t checking_process(pid_t parent) {
  const std::string child = process_text(parent, "task/" + std::to_string(parent) + "/children");
  if (child.empty()) return 0;
  return contains(process_text(std::stoi(child), "cmdline"), "test-components") ? std::stoi(child) : 0;
}

}  // namespace

TEST_CASE("every plugin that ships keeps the rules of its components' kinds") {
  int libraries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(build / "lib/pipeline/plugins")) {
    const Finished tested = test_plugin(entry.path());
    CHECK_MESSAGE(tested.status == 0, entry.path(), "\n", tested.out, tested.err);
    ++libraries;
  }
  CHECK(libraries > 20);
}

TEST_CASE("a report names the rule that a model breaks") {
  const auto failed = failures("broken_model");
  CHECK(contains(failed.at("WrongShapeModel: shapes"), "instead of [batch, horizon, targets] [1, 1, 1]"));
  CHECK(contains(failed.at("BatchDependentModel: same in any batch"), "depends on the batch it stands in"));
  CHECK(contains(failed.at("ForgetfulModel: save and load"), "register all that a forecast depends on"));
  CHECK(contains(failed.at("IdleLayerModel: gradients"), "no gradient reaches the parameter idle.weight"));
  CHECK(contains(failed.at("CrashingModel: survives"), "it ends the process that tests it (by Illegal instruction)"));
}

TEST_CASE("components that keep the rules in an unusual way pass: dropout, inputs known ahead alone, work in setup(), an optional input") {
  const Finished tested = test_plugin(fixture("well_behaved"));
  CHECK_MESSAGE(tested.status == 0, tested.out, tested.err);
  CHECK(contains(tested.out, "model DropoutModel"));
  CHECK(contains(tested.out, "model PlanModel"));
}

TEST_CASE("a report names the rules that a logger, a stage and a callback break") {
  const auto failed = failures("broken_logger");
  CHECK(contains(failed.at("ThrowingLogger: folder that cannot be written"), "cannot open log.txt"));
  CHECK(contains(failed.at("SilentLogger: folder that cannot be written"), "it says nothing of a file that it cannot write"));
  CHECK(contains(failed.at("idle_input: missing input"), "it runs without the inputs it declares"));
  CHECK(contains(failures("broken_callback").at("ForgetfulCallback: state"),
                 "its state is {\"epochs\":2} when saved and {\"epochs\":0} after it was loaded"));
}

TEST_CASE("an optimizer that loses its state fails, one that declares it passes") {
  const auto failed = failures("broken_optimizer");
  CHECK(failed.at("SilentOptimizer: state") ==
        "it throws: it keeps something of each weight and does not say how that is saved: its author must override weight_entries() "
        "(pipeline/train/optimizer.h)");
  CHECK(failed.at("ForgetfulOptimizer: state") ==
        "with its state loaded into another one it goes on with other steps: name all that it keeps in weight_entries(), and the settings "
        "that change in group_entries()");
  CHECK(failed.at("MistakenOptimizer: state") ==
        "it throws: what it keeps of a weight is of another class than the one it names when its state is saved: its author must name the "
        "class that step() uses");
  CHECK(failed.size() == 3);
  const Finished own = test_plugin(fixture("own_optimizers"));
  CHECK_MESSAGE(own.status == 0, own.out, own.err);
}

TEST_CASE("a report names the rule that a metric breaks") {
  const auto failed = failures("broken_metric");
  CHECK(contains(failed.at("added_largest: merge"), "override merge() where sums are not added"));
  CHECK(contains(failed.at("batch_mean: same in any batches"), "add values to the sums one by one, in the order of the batch"));
  CHECK(failed.at("endless: value") == "it is inf for finite forecasts");
}

TEST_CASE("a report says that a component throws a number") {
  CHECK(failures("throws_number").at("number_for_input: missing input") == "it throws an object that is no std::exception");
}

TEST_CASE("a component that needs an option is tested with the one of --set") {
  CHECK(failures("needs_options").at("in_units: can be made") ==
        "it throws: unit = \"x\" is none of K, C and F (tested with unit = \"x\": for other values give --set in_units.unit=VALUE)");
  const Finished given = test_plugin(fixture("needs_options"), {"--set", "in_units.unit=K"});
  CHECK_MESSAGE(given.status == 0, given.out, given.err);
  CHECK(test_plugin(fixture("needs_options"), {"--set", "stage/in_units.unit=\"F\""}).status == 0);

  const auto refused = [](const char* set) {
    const Finished finished = test_plugin(fixture("needs_options"), {"--set", set});
    CHECK(finished.status == 2);
    return finished.err;
  };
  CHECK(contains(refused("in_units.unit=3"), "--set in_units.unit: unit takes a string"));
  CHECK(contains(refused("in_units.unti=K"), "--set in_units.unti: unknown option \"unti\"; did you mean \"unit\"?"));
  CHECK(contains(refused("in_unit.unit=K"), "the library gives no component \"in_unit\"; did you mean \"in_units\"?"));
  CHECK(contains(refused("unit=K"), "--set unit: name a component and one option, as in --set StepLR.step_size=2"));
  CHECK(contains(refused("in_units.unit"), "write --set NAME.OPTION=VALUE"));
}

TEST_CASE("hanging checks end when the program is killed") {
  const Program program(build / "bin/pipeline", {"test-plugin", fixture("hanging_check").string()}, build);
  pid_t checking = 0;
  REQUIRE(eventually([&] { return (checking = checking_process(program.process())) != 0; }));
  REQUIRE(eventually([&] { return contains(process_text(checking, "maps"), "libhanging_check.so"); }));
  program.signal(SIGKILL);
  CHECK(eventually([&] { return process_text(checking, "cmdline").empty(); }));
}

TEST_CASE("an unusable plugin file is refused with the reason") {
  const Finished refused = test_plugin(fixture("bad_schema"));
  CHECK(refused.status == 3);
  CHECK(contains(refused.err, "bad-schema: the options of logger \"FixtureLogger\" contradict themselves"));
  const TempFolder folder;
  std::filesystem::create_directory(folder.path() / "a:b");
  std::filesystem::copy_file(fixture("well_made"), folder.path() / "a:b/libwell_made.so");
  CHECK(test_plugin(folder.path() / "a:b/libwell_made.so").status == 0);
  CHECK(contains(test_plugin(build / "CMakeCache.txt").err, "is no shared library: name the plugin's .so file"));
  const Finished missing = test_plugin("missing.so");
  CHECK(missing.status == 2);
  CHECK(contains(missing.err, "missing.so: no such file"));
}
