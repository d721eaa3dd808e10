#include <doctest/doctest.h>

#include <stdexcept>

#include "pipeline/registry.h"
#include "pipeline/stage.h"

using namespace pipeline;

namespace {

struct Quiet final : Stage {
  using Options = NoOptions;
  explicit Quiet(Options) {}
  void run(StageContext&) override {}
};

struct Picky final : Stage {
  using Options = NoOptions;
  explicit Picky(Options) { throw std::runtime_error("not today\nException raised from nowhere at x.cpp:1\nframe #0: f()"); }
  void run(StageContext&) override {}
};

struct Rude final : Stage {
  using Options = NoOptions;
  explicit Rude(Options) { throw 7; }
  void run(StageContext&) override {}
};

}  // namespace

TEST_CASE("a registered component can be found and made") {
  Registry registry;
  Registrar registrar;
  registrar.add<Stage, Quiet>("quiet", "Does nothing.").needs("series").gives("silence").uses({"model"});
  registry.commit(std::move(registrar.entries()));
  const ComponentInfo* info = registry.find("stage", "quiet");
  REQUIRE(info);
  CHECK(info->inputs.at(0).kind == "series");
  CHECK(info->outputs == std::vector<std::string>{"silence"});
  CHECK(registry.make<Stage>("quiet", Value{}) != nullptr);
}

TEST_CASE("an unknown component is refused with the nearest name") {
  Registry registry;
  Registrar registrar;
  registrar.add<Stage, Quiet>("quiet", "Does nothing.");
  registry.commit(std::move(registrar.entries()));
  CHECK_THROWS_WITH_AS(static_cast<void>(registry.make<Stage>("quit", Value{})), "unknown stage \"quit\"; did you mean \"quiet\"?", Error);
}

TEST_CASE("the error's type tells a throwing constructor from an unusable library; LibTorch's call stack is left out") {
  Registry registry;
  Registrar registrar;
  registrar.add<Stage, Picky>("picky", "Cannot be made.");
  registrar.add<Stage, Rude>("rude", "Throws a number.");
  registry.commit(std::move(registrar.entries()));
  CHECK_THROWS_WITH_AS(static_cast<void>(registry.make<Stage>("picky", Value{})),
                       "constructor-throws: the stage \"picky\" of the program itself cannot be made: not today; mend its options, or its "
                       "constructor",
                       ConstructorError);
  CHECK_THROWS_AS(static_cast<void>(registry.make<Stage>("rude", Value{})), ConstructorError);
}

TEST_CASE("a plugin registers everything or nothing") {
  Registry registry;
  Registrar first, second;
  first.add<Stage, Quiet>("quiet", "Does nothing.");
  registry.commit(std::move(first.entries()));
  second.add<Stage, Quiet>("another", "Would be fine.");
  second.add<Stage, Quiet>("quiet", "Is taken.");
  CHECK_THROWS_WITH_AS(registry.commit(std::move(second.entries())), doctest::Contains("registered already"), Error);
  CHECK(registry.find("stage", "another") == nullptr);
}

TEST_CASE("options a component does not take are refused") {
  Registry registry;
  Registrar registrar;
  registrar.add<Stage, Quiet>("quiet", "Does nothing.");
  registry.commit(std::move(registrar.entries()));
  CHECK_THROWS_WITH_AS(static_cast<void>(registry.make<Stage>("quiet", Value(Value::Map{{"loud", true}}))), "unknown option \"loud\"",
                       Error);
}

TEST_CASE("a library known from a record is loaded once, when one of its components is first made") {
  Registrar registrar;
  registrar.add<Stage, Quiet>("quiet", "Does nothing.");
  registrar.add<Stage, Quiet>("still", "Does nothing either.");
  for (Registry::Entry& entry : registrar.entries()) entry.info.library = "/x/libquiet.so";
  const std::deque<Registry::Entry> whole = registrar.entries();
  std::deque<Registry::Entry> known = whole;
  for (Registry::Entry& entry : known) entry.factory = nullptr;
  Registry registry;
  registry.commit(std::move(known));
  int loaded = 0;
  registry.set_library_loader([&](const std::string& library) {
    CHECK(library == "/x/libquiet.so");
    ++loaded;
    return whole;
  });
  CHECK(registry.find("stage", "quiet") != nullptr);
  CHECK(loaded == 0);
  CHECK(registry.make<Stage>("quiet", Value{}) != nullptr);
  CHECK(registry.make<Stage>("still", Value{}) != nullptr);
  CHECK(loaded == 1);
}
